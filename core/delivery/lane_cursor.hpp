#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace colibri::delivery {

/// How far a lane has come: everything up to `low` is done, and some above it, because chats run
/// side by side. This is what survives a restart.
///
/// [Threading] confined. [Errors] more than kMostAbove above the low mark: our bug, asserts.
class LaneCursor {
 public:
  static constexpr std::size_t kMostAbove = 256;

  LaneCursor() = default;
  /// `above` in any order; what lies at or below `low` is left out.
  LaneCursor(std::uint64_t low, std::vector<std::uint64_t> above);

  std::uint64_t low() const noexcept { return low_; }
  const std::vector<std::uint64_t>& above() const noexcept { return above_; }  ///< ascending
  bool isDone(std::uint64_t sequence) const noexcept;

  void done(std::uint64_t sequence);
  /// Everything up to here is done or needs no delivery. True if the low mark moved.
  bool passTo(std::uint64_t upTo);

 private:
  void absorb();

  std::uint64_t low_ = 0;
  std::vector<std::uint64_t> above_;
};

}  // namespace colibri::delivery
