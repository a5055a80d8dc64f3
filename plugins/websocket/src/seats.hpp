#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "feed_item.hpp"
#include "wire.hpp"

namespace colibri::websocket {

/// Connection state recovery: which client was where, by the secret id it got when it connected. A
/// seat outlives its connection for a while; what was missed meanwhile is not kept here but read
/// again from the feed.
///
/// [Threading] confined to the server's lock.
class Seats {
 public:
  struct Seat {
    std::uint64_t feed = 0;  ///< the instance's key; 0 = all instances
    Sequence joinedAfter = 0;
    std::string sid;
  };
  Seats(std::chrono::milliseconds window, std::size_t most, Clock::time_point started)
      : window_(window), most_(most), started_(started) {}

  void take(const std::string& pid, Seat seat);
  /// Its client went away, and may come back.
  void leave(const std::string& pid, Clock::time_point now);
  /// Its client said goodbye.
  void forget(const std::string& pid);
  void expire(Clock::time_point now);
  /// The seat, if its client is still here or went within the window.
  std::optional<Seat> find(const std::string& pid, Clock::time_point now) const;
  /// A gateway that has just begun knows no seat of those that come back: their offset counts.
  bool justBegun(Clock::time_point now) const { return now < started_ + window_; }

 private:
  struct Entry {
    Seat seat;
    unsigned here = 0;  ///< connections; two while one is dead and nobody has noticed
    std::optional<Clock::time_point> left;
  };
  struct Departure {
    Clock::time_point at;
    std::string pid;
  };
  void dropOldest();

  std::chrono::milliseconds window_;
  std::size_t most_;  ///< empty seats
  Clock::time_point started_;
  std::unordered_map<std::string, Entry> seats_;
  std::deque<Departure> departures_;  ///< by time; those of seats taken again are stale
};

}  // namespace colibri::websocket
