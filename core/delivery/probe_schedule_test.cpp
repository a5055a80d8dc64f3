#include "delivery/probe_schedule.hpp"

#include <gtest/gtest.h>

namespace colibri::delivery {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ProbeSchedule, WaitsOneTwoFiveTenThirtySecondsWithoutJitter) {
  const int wanted[] = {1, 2, 5, 10, 30};
  for (std::uint32_t step = 1; step <= 5; ++step) {
    EXPECT_EQ(ProbeSchedule::delay(step, 0.99), seconds(wanted[step - 1]));
  }
}

TEST(ProbeSchedule, ThenAMinuteGiveOrTakeAFifth) {
  EXPECT_EQ(ProbeSchedule::delay(6, 0.0), milliseconds(48'000));
  EXPECT_EQ(ProbeSchedule::delay(6, 0.5), milliseconds(60'000));
  EXPECT_LE(ProbeSchedule::delay(1'000'000, 0.999999), milliseconds(72'000));
}

TEST(ProbeSchedule, HonoursALongerRetryAfterUpToADay) {
  EXPECT_EQ(ProbeSchedule::delay(1, 0, seconds(120)), seconds(120));
  EXPECT_EQ(ProbeSchedule::delay(5, 0, seconds(3)), seconds(30));
  EXPECT_EQ(ProbeSchedule::delay(1, 0, std::chrono::hours(1'000)), std::chrono::hours(24));
}

TEST(ProbeSchedule, ALaneThatHasBeenFailingGoesOnWhereItWas) {
  EXPECT_EQ(ProbeSchedule::stepAfter(milliseconds(0)), 1u);
  EXPECT_EQ(ProbeSchedule::stepAfter(milliseconds(1'000)), 2u);
  EXPECT_EQ(ProbeSchedule::stepAfter(milliseconds(17'999)), 4u);
  EXPECT_EQ(ProbeSchedule::stepAfter(std::chrono::hours(3)), 6u);
}

}  // namespace
}  // namespace colibri::delivery
