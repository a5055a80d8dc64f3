#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace colibri::http {

/// What a connection can be late with.
enum class Wait : std::uint8_t { idle, head, body, write, linger };
inline constexpr std::size_t kWaits = 5;

/// A connection's place among the deadlines; part of the connection, so arming costs no memory.
struct DeadlineNode {
  DeadlineNode* before = nullptr;
  DeadlineNode* after = nullptr;
  SteadyTime at{};
  std::uint32_t slot = 0;  ///< of its connection
  Wait wait = Wait::idle;
  bool armed() const noexcept { return before != nullptr; }
};

/// Deadlines of many connections. All waits of one kind take equally long, so each kind is a list
/// that is in order by itself: arming and disarming are a few pointers, whatever the number.
///
/// [Threading] confined to a loop. [Ownership] nodes belong to the caller and are disarmed before
/// they die or move.
class Deadlines {
 public:
  explicit Deadlines(const std::array<std::chrono::milliseconds, kWaits>& durations);

  void arm(DeadlineNode& node, Wait wait, SteadyTime now) noexcept;  ///< again: moves it
  void disarm(DeadlineNode& node) noexcept;
  /// The earliest deadline of all.
  std::optional<SteadyTime> next() const noexcept;
  /// Takes out one node whose time has come; null if there is none.
  DeadlineNode* takeExpired(SteadyTime now) noexcept;

 private:
  std::array<std::chrono::milliseconds, kWaits> durations_;
  std::array<DeadlineNode, kWaits> ends_;  ///< a ring per kind; the end is its first and last
};

}  // namespace colibri::http
