#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "base/function.hpp"

namespace colibri::exec {

/// Names a strand: one plugin object (or any other owner) and one instance (0 = the owner's own).
struct StrandKey {
  const void* owner = nullptr;
  std::uint64_t key = 0;
  friend bool operator==(const StrandKey&, const StrandKey&) = default;
};

/// Runs work on a shared pool; work of one strand never overlaps and keeps its order.
///
/// [Threading] post() from any thread; the work runs on a pool thread, never inside post().
class Executor {
 public:
  virtual ~Executor() = default;
  /// `what` is a constant text that names the call in reports of slow work ("webhook deliver").
  virtual void post(StrandKey strand, const char* what, Function<void()> work) = 0;
};

}  // namespace colibri::exec

template <>
struct std::hash<colibri::exec::StrandKey> {
  std::size_t operator()(const colibri::exec::StrandKey& k) const noexcept {
    return std::hash<const void*>{}(k.owner) ^
           (std::hash<std::uint64_t>{}(k.key) * 0x9e3779b97f4a7c15ULL);
  }
};
