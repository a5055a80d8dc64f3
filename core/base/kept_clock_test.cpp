#include "base/kept_clock.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace colibri {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kDays400{400 * 24};

/// A machine whose gateway runs, stops and runs again.
class KeptClockTest : public ::testing::Test {
 protected:
  KeptClockTest() { clock.emplace(wall).resumeFrom(0); }

  KeptClock::Resumed stopAndStart(microseconds stopped, microseconds jumped = {}) {
    const auto mark = clock->mark();
    wall.advance(stopped);
    wall.jump(jumped);
    auto resumed = clock.emplace(wall).resume(mark);
    EXPECT_TRUE(resumed);
    return *resumed;
  }
  std::int64_t now() const { return clock->nowUs(); }

  ManualClock wall;
  std::optional<KeptClock> clock;
};

TEST_F(KeptClockTest, IsTheWallsTimeAsLongAsThatRunsOn) {
  const auto start = now();
  wall.advance(hours(50));
  EXPECT_EQ(clock->keptUs(), start + microseconds(hours(50)).count());
  EXPECT_EQ(clock->ageOf(start), hours(50));
  EXPECT_EQ(clock->stampsOlderThan(hours(20)), start + microseconds(hours(30)).count());
  EXPECT_EQ(clock->look().jumps, 0u);
}

TEST_F(KeptClockTest, AWallThatJumpsForwardMakesNothingOld) {
  const auto before = now(), kept = clock->keptUs();
  wall.advance(minutes(1));
  wall.jump(kDays400);
  const auto after = now();
  wall.advance(seconds(75));
  EXPECT_EQ(clock->keptUs() - kept, microseconds(seconds(135)).count());
  EXPECT_EQ(clock->ageOf(before), seconds(135));
  EXPECT_LE(clock->ageOf(after), seconds(135));
  EXPECT_LE(clock->stampsOlderThan(minutes(5)), before);
  EXPECT_EQ(clock->look().jumps, 1u);
  EXPECT_EQ(clock->look().last, kDays400);
}

TEST_F(KeptClockTest, AWallThatJumpsBackMakesNothingOldAndNothingYoungForEver) {
  const auto before = now();
  wall.jump(-kDays400);
  wall.advance(seconds(1));
  const auto after = now();
  EXPECT_EQ(clock->ageOf(before), seconds(1));
  EXPECT_EQ(clock->ageOf(after), seconds(0));
  // What is stamped now looks 400 days old to the eye.
  EXPECT_LE(clock->stampsOlderThan(hours(1)), after);
  EXPECT_EQ(clock->look().last, -kDays400);
  wall.advance(hours(2));
  EXPECT_EQ(clock->ageOf(after), hours(2));
  EXPECT_GT(clock->stampsOlderThan(hours(1)), after);
}

TEST_F(KeptClockTest, AStampFromBeforeSeveralJumpsKeepsItsAge) {
  const auto first = now();
  wall.advance(hours(1));
  wall.jump(kDays400);
  wall.advance(hours(1));
  const auto second = now();
  clock->look();
  wall.advance(hours(1));
  wall.jump(-kDays400 - hours(5));
  wall.advance(hours(1));
  const auto third = now();
  wall.advance(hours(3));
  EXPECT_LE(clock->ageOf(first), hours(7));
  EXPECT_GE(clock->ageOf(second), hours(5));
  EXPECT_LE(clock->ageOf(second), hours(6));
  EXPECT_EQ(clock->ageOf(third), hours(3));
}

TEST_F(KeptClockTest, AStampOfJustBeforeAJumpThatNobodySawIsNoOlderThanItIs) {
  for (const auto jump : {kDays400, -kDays400}) {
    wall.advance(hours(3));
    const auto stamp = now();
    wall.jump(jump);
    EXPECT_EQ(clock->ageOf(stamp), seconds(0));
    wall.advance(hours(1));
    EXPECT_EQ(clock->ageOf(stamp), hours(1));
  }
}

TEST_F(KeptClockTest, AJumpIsNoticedByWhoeverAsksFirst) {
  wall.advance(minutes(10));
  wall.jump(-kDays400);
  const auto young = now();
  EXPECT_LE(clock->stampsOlderThan(seconds(1)), young);
}

TEST_F(KeptClockTest, AStopCountsAsLongAsItWasUpToAnHour) {
  const auto stamp = now();
  EXPECT_EQ(stopAndStart(minutes(40)).counted, minutes(40));
  EXPECT_EQ(clock->ageOf(stamp), minutes(40));
  const auto long_ = stopAndStart(hours(30));
  EXPECT_EQ(long_.stopped, hours(30));
  EXPECT_EQ(long_.counted, hours(1));
  EXPECT_EQ(clock->ageOf(stamp), minutes(100));
  EXPECT_EQ(clock->look().jumps, 0u);
}

TEST_F(KeptClockTest, AWallThatJumpsWhileTheGatewayIsStoppedCountsAnHourAtMost) {
  const auto stamp = now();
  EXPECT_EQ(stopAndStart(minutes(1), kDays400).counted, hours(1));
  EXPECT_EQ(clock->ageOf(stamp), hours(1));
  const auto back = stopAndStart(minutes(1), -2 * kDays400);
  EXPECT_EQ(back.counted, seconds(0));
  EXPECT_LT(back.stopped, -kDays400);
  EXPECT_EQ(clock->ageOf(stamp), hours(1));
  const auto young = now();
  wall.advance(minutes(2));
  EXPECT_EQ(clock->ageOf(young), minutes(2));
  EXPECT_LE(clock->stampsOlderThan(minutes(10)), young);
}

TEST_F(KeptClockTest, ThreeHundredRestartsOfAClockThatForgetsTheTimeLoseNoAge) {
  const auto stamp = clock->keptUs();
  for (int i = 0; i < 300; ++i) {
    wall.advance(minutes(10));
    stopAndStart(seconds(5), i % 2 == 0 ? -kDays400 : kDays400);
  }
  const auto grown = microseconds(clock->keptUs() - stamp);
  EXPECT_GE(grown, 300 * minutes(10));
  EXPECT_LE(grown, 300 * minutes(10) + 151 * hours(1));
  EXPECT_LT(clock->mark().size(), 64u * 64);
  const auto young = now();
  wall.advance(minutes(1));
  EXPECT_EQ(clock->ageOf(young), minutes(1));
}

TEST_F(KeptClockTest, AClockThatFlickersMakesNothingOlderThanItIs) {
  const auto first = now();
  std::int64_t lowest = first;
  for (int i = 0; i < 1'000; ++i) {
    wall.advance(seconds(1));
    wall.jump(i % 2 == 0 ? -kDays400 : kDays400);
    lowest = std::min(lowest, now());
    EXPECT_LE(clock->ageOf(first), seconds(i + 1));
  }
  EXPECT_LE(clock->stampsOlderThan(seconds(1'001)), lowest);
  EXPECT_EQ(clock->look().jumps, 1'000u);
}

TEST_F(KeptClockTest, AWallThatIsSetRightLittleByLittleIsNoJump) {
  for (int i = 0; i < 1'000; ++i) {
    wall.advance(seconds(10));
    wall.jump(microseconds(500'000));
    EXPECT_EQ(clock->look().jumps, 0u);
  }
  const auto stamp = now();
  wall.advance(hours(1));
  EXPECT_LE(clock->ageOf(stamp), hours(1) + minutes(1));
  EXPECT_GE(clock->ageOf(stamp), hours(1) - minutes(1));
}

TEST_F(KeptClockTest, ADatabaseFromBeforeGoesOnFromItsLatestStamp) {
  const auto latest = now();
  wall.advance(hours(1));
  wall.jump(kDays400);
  EXPECT_EQ(clock.emplace(wall).resumeFrom(latest).counted, hours(1));
  EXPECT_EQ(clock->ageOf(latest), hours(1));
  EXPECT_EQ(clock->keptUs(), latest + microseconds(hours(1)).count());
  EXPECT_LE(clock->stampsOlderThan(hours(2)), latest);
}

TEST_F(KeptClockTest, BeforeItIsResumedNothingIsOld) {
  const auto stamp = now();
  clock.emplace(wall);
  wall.advance(kDays400);
  EXPECT_EQ(clock->keptUs(), 0);
  EXPECT_EQ(clock->ageOf(stamp), seconds(0));
  EXPECT_LT(clock->stampsOlderThan(seconds(0)), stamp);
}

TEST_F(KeptClockTest, RefusesAMarkThatIsNotOne) {
  const auto mark = clock->mark();
  for (const auto& bad :
       {std::string(), std::string("1"), mark + "x", mark + " 5", "2" + mark.substr(1),
        std::string("1 5 5 0 0 0"), mark.substr(0, mark.size() / 2)}) {
    EXPECT_FALSE(clock.emplace(wall).resume(bad)) << bad;
  }
}

}  // namespace
}  // namespace colibri
