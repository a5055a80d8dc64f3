#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace colibri::plugin {

/// A plugin that breaks a rule of the ABI: every time is counted, the first of a kind is logged.
///
/// [Threading] any thread.
class Misbehaviour {
 public:
  enum class Kind : std::uint8_t { foreignToken, wrongCall, refusedState, noAnswer, kinds };

  explicit Misbehaviour(std::string alias) : alias_(std::move(alias)) {}
  void note(Kind kind, std::string_view what);
  std::uint64_t count() const noexcept;

 private:
  const std::string alias_;
  std::atomic<std::uint64_t> counts_[static_cast<std::size_t>(Kind::kinds)] = {};
};

}  // namespace colibri::plugin
