#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/kept_clock.hpp"
#include "exec/periodic.hpp"
#include "store/store.hpp"

namespace colibri::app {

/// Sets the clock going where the last run left it, by the mark in `database` or, in one from
/// before there were marks, by its latest stamp. Before anyone asks for an age. [Blocking]
/// [Errors] the database's.
Result<void> resumeClock(KeptClock& clock, store::Store& database);

/// Keeps the clock's mark in the store, so that kept time goes on after a stop, and tells of a wall
/// that jumps.
///
/// [Threading] any thread.
class TimeKeeper {
 public:
  /// Begins at once. All references outlive it; the clock has been resumed.
  TimeKeeper(KeptClock& clock, store::Store& store, exec::Timers& timers);
  /// Ends with a last mark, which the store's shutdown waits for.
  ~TimeKeeper();

  /// Times that the wall has jumped since the start.
  std::uint64_t jumps() const { return clock_.look().jumps; }

 private:
  void look();
  void putMark();

  KeptClock& clock_;
  store::Store& store_;
  KeptClock::Look last_;         // of the timer's thread
  unsigned looksSinceMark_ = 0;  // as well
  std::unique_ptr<exec::Periodic> timer_;
};

}  // namespace colibri::app
