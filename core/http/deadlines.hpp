#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.hpp"

namespace colibri::http {

/// What a connection can be late with.
enum class Wait : std::uint8_t { idle, head, body, write, linger, silence };
inline constexpr std::size_t kWaits = 5;  ///< those that take equally long on every connection

/// A connection's place among the deadlines; part of the connection, so arming costs no memory.
struct DeadlineNode {
  DeadlineNode* before = nullptr;
  DeadlineNode* after = nullptr;
  SteadyTime at{};
  std::uint32_t slot = 0;  ///< of its connection
  Wait wait = Wait::idle;
  bool armed() const noexcept { return before != nullptr; }
};

/// Deadlines of many connections. All waits of one ring take equally long, so each ring is a list
/// that is in order by itself: arming and disarming are a few pointers, whatever the number.
///
/// [Threading] confined to a loop. [Ownership] nodes belong to the caller and are disarmed before
/// they die or move.
class Deadlines {
 public:
  explicit Deadlines(const std::array<std::chrono::milliseconds, kWaits>& durations);

  void arm(DeadlineNode& node, Wait wait, SteadyTime now) noexcept;  ///< again: moves it
  /// Wait::silence, whose length is its connection's. There are few lengths: those of mounts.
  void armSilence(DeadlineNode& node, std::chrono::milliseconds after, SteadyTime now);
  void disarm(DeadlineNode& node) noexcept;
  /// The earliest deadline of all.
  std::optional<SteadyTime> next() const noexcept;
  /// Takes out one node whose time has come; null if there is none.
  DeadlineNode* takeExpired(SteadyTime now) noexcept;

 private:
  struct Ring {
    std::chrono::milliseconds duration;
    DeadlineNode end = {};  ///< the end is first and last of its ring
  };
  static void arm(Ring& ring, DeadlineNode& node, Wait wait, SteadyTime now) noexcept;
  Ring& add(std::chrono::milliseconds duration);

  std::deque<Ring> rings_;  ///< the first are those of the kinds; the rest of silence, by length
};

}  // namespace colibri::http
