#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "events/event.hpp"

namespace colibri::delivery {

/// The unfinished events of a lane that are in memory, and which of them may go next: FIFO per
/// chat, chats side by side (or all as one chat), the lowest sequence first.
///
/// [Threading] confined. [Errors] a sequence that is not here, or in another phase than the call
/// says: our bug, asserts.
class LaneWindow {
 public:
  /// `memory` counts the bytes of all windows together.
  LaneWindow(bool strictOrder, std::size_t& memory) : strict_(strictOrder), memory_(memory) {}
  ~LaneWindow();
  LaneWindow(const LaneWindow&) = delete;
  LaneWindow& operator=(const LaneWindow&) = delete;

  /// After those of its chat that are here. It does not go before `notBeforeUs` (steady).
  void add(events::EventPtr event, std::int64_t notBeforeUs, std::int64_t nowUs);
  bool has(std::uint64_t sequence) const { return entries_.contains(sequence); }
  bool waits(std::uint64_t sequence) const;

  /// The lowest sequence that may go now.
  std::optional<std::uint64_t> next(std::int64_t nowUs);
  const events::EventPtr& event(std::uint64_t sequence) const;

  void handOver(std::uint64_t sequence);
  /// In flight -> waits at the head of its chat until then.
  void retryAt(std::uint64_t sequence, std::int64_t atUs);
  /// In flight -> its chat goes on, but it counts as unfinished until finish().
  void bury(std::uint64_t sequence);
  /// Whatever it does: gone from here, and its chat goes on.
  void finish(std::uint64_t sequence);
  /// Forgets all that is neither in flight nor buried; the lowest of them, if any.
  std::optional<std::uint64_t> forgetWaiting();
  void clear();
  /// Waiting ones that `keep` refuses are finished; says how many.
  template <class Keep>
  std::size_t filter(Keep keep);

  std::optional<std::uint64_t> lowest() const;      ///< unfinished
  std::optional<std::uint64_t> head() const;        ///< the lowest that is not buried
  std::optional<std::int64_t> nextRetryUs() const;  ///< when a retry falls due
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t inFlight() const noexcept { return inFlight_; }
  std::size_t buried() const noexcept { return buried_; }

 private:
  enum class Phase : std::uint8_t { waiting, delayed, inFlight, buried };
  struct Entry {
    events::EventPtr event;
    Phase phase = Phase::waiting;
    std::int64_t retryAtUs = 0;
  };
  struct Chat {
    std::deque<std::uint64_t> waiting;
    bool busy = false;  ///< one of it is in flight or waits for its retry
  };
  using Chats = std::map<std::string, Chat, std::less<>>;

  std::string_view chatOf(const events::EventPtr& event) const;
  Entry& entry(std::uint64_t sequence);
  void chatGoesOn(Chats::iterator chat);
  void erase(std::map<std::uint64_t, Entry>::iterator place);

  const bool strict_;
  std::size_t& memory_;
  std::map<std::uint64_t, Entry> entries_;
  Chats chats_;
  std::set<std::uint64_t> ready_;                             ///< heads of chats that may go
  std::set<std::pair<std::int64_t, std::uint64_t>> delayed_;  ///< (when, sequence)
  std::size_t bytes_ = 0, inFlight_ = 0, buried_ = 0;
};

template <class Keep>
std::size_t LaneWindow::filter(Keep keep) {
  std::size_t gone = 0;
  for (auto place = entries_.begin(); place != entries_.end();) {
    const auto& [sequence, entry] = *place++;
    const bool waits = entry.phase == Phase::waiting || entry.phase == Phase::delayed;
    if (!waits || keep(*entry.event)) continue;
    finish(std::uint64_t{sequence});
    ++gone;
  }
  return gone;
}

}  // namespace colibri::delivery
