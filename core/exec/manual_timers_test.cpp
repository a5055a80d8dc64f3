#include "exec/manual_timers.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace colibri::exec {
namespace {

using std::chrono::milliseconds;

TEST(ManualTimers, RunInTheOrderOfTheirMomentsAndMoveTheClockThere) {
  ManualClock clock(0);
  ManualTimers timers(clock);
  std::string seen;
  timers.after(milliseconds(20), [&] { seen += "b" + std::to_string(clock.nowUs()) + " "; });
  timers.after(milliseconds(10), [&] { seen += "a" + std::to_string(clock.nowUs()) + " "; });
  timers.after(milliseconds(31), [&] { seen += "never"; });
  timers.advance(milliseconds(30));
  EXPECT_EQ(seen, "a10000 b20000 ");
  EXPECT_EQ(clock.nowUs(), 30'000);
}

TEST(ManualTimers, RunWhatACallbackAsksForWithinTheTime) {
  ManualClock clock(0);
  ManualTimers timers(clock);
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    timers.after(milliseconds(10), [&] { tick(); });
  };
  tick();
  timers.advance(milliseconds(100));
  EXPECT_EQ(ticks, 11);
  EXPECT_EQ(timers.pending(), 1u);
  EXPECT_EQ(timers.nextDueUs(), 110'000);
}

TEST(ManualTimers, ACancelledOneDoesNotRun) {
  ManualClock clock(0);
  ManualTimers timers(clock);
  const auto id = timers.after(milliseconds(1), [] { FAIL(); });
  timers.cancel(id);
  timers.cancel(id);
  timers.advance(milliseconds(5));
}

}  // namespace
}  // namespace colibri::exec
