#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "events/event.hpp"
#include "store/rows.hpp"

namespace colibri::delivery {

/// A dead letter that is to be delivered again.
struct Replay {
  std::uint64_t letter = 0;    ///< its id in the store
  std::uint32_t attempts = 0;  ///< before it was marked
  events::EventPtr event;
  std::uint32_t tries = 0;  ///< since then, as far as is known
};

/// Marked letters as they were read, and what is to be written of those that cannot be delivered.
struct ReplayPage {
  std::vector<Replay> replays;
  store::Batch inVain;
  bool more = false;  ///< there may be others behind them
};

/// The dead letters of one lane that are marked in the store to be delivered again: a page of them
/// in memory. They go one at a time, oldest first; the next goes when what became of the one before
/// is written down, so that none is offered twice while the process lives.
///
/// [Threading] confined.
class ReplayQueue {
 public:
  /// `memory` counts the bytes of what waits, of all lanes together.
  explicit ReplayQueue(std::size_t& memory) : memory_(memory) {}
  ~ReplayQueue() { clear(); }
  ReplayQueue(const ReplayQueue&) = delete;
  ReplayQueue& operator=(const ReplayQueue&) = delete;

  /// There may be marked ones in the store.
  void wake() noexcept { more_ = true; }
  /// Nothing is marked, as far as is known, and nobody is looking.
  bool idle() const noexcept {
    return !more_ && waiting_.empty() && phase_ == Phase::none && readingFor_ != generation_;
  }

  /// Whether a page is wanted now. After readBegan() comes page() or readFailed() with its number;
  /// both are ignored if the queue was let go meanwhile.
  bool wantsPage(std::int64_t nowUs) const noexcept {
    return more_ && waiting_.empty() && phase_ == Phase::none && readingFor_ != generation_ &&
           nowUs >= readAgainUs_;
  }
  std::uint64_t readBegan() noexcept;
  /// `more`: the store has others behind them.
  void page(std::uint64_t read, std::vector<Replay> replays, bool more);
  void readFailed(std::uint64_t read, std::int64_t againUs);

  bool ready(std::int64_t nowUs) const noexcept {
    return !waiting_.empty() && phase_ == Phase::none && nowUs >= notBeforeUs_;
  }
  Replay take();
  std::size_t inFlight() const noexcept { return phase_ == Phase::inFlight ? 1 : 0; }
  /// Its attempt is over, but says nothing about it: it stays marked, not before then.
  void putBack(Replay replay, std::int64_t notBeforeUs);
  /// It was delivered, or given up again: the store is being told.
  void settling() noexcept { phase_ = Phase::settling; }
  void settled() noexcept { phase_ = Phase::none; }

  /// Forgets what waits; it is in the store.
  void letGo();
  /// Forgets everything.
  void clear();
  std::optional<std::int64_t> wakeAtUs(std::int64_t nowUs) const noexcept;

 private:
  void forgetWaiting();
  enum class Phase : std::uint8_t { none, inFlight, settling };

  std::size_t& memory_;
  std::deque<Replay> waiting_;
  Phase phase_ = Phase::none;
  bool more_ = false;
  std::uint64_t generation_ = 1, readingFor_ = 0;
  std::int64_t notBeforeUs_ = 0, readAgainUs_ = 0;
};

}  // namespace colibri::delivery
