#include "log/rate_limit.hpp"

#include <gtest/gtest.h>

namespace colibri::log {
namespace {

struct RateLimitTest : testing::Test {
  ManualClock clock;
  RateLimit limit;

  int admitted(int attempts, std::string_view message = "m") {
    int count = 0;
    for (int i = 0; i < attempts; ++i) {
      count += limit.admit(Level::warn, "area", message, clock.steady()) ? 1 : 0;
    }
    return count;
  }
};

TEST_F(RateLimitTest, TwentyPassInTenSeconds) {
  EXPECT_EQ(admitted(100), 20);
  clock.advance(std::chrono::seconds(9));
  EXPECT_EQ(admitted(1), 0);
}

TEST_F(RateLimitTest, OtherMessagesAreNotHeldBack) {
  EXPECT_EQ(admitted(100, "a"), 20);
  EXPECT_EQ(admitted(5, "b"), 5);
}

TEST_F(RateLimitTest, SaysHowManyWereDroppedWhenTheWindowEnds) {
  admitted(100);
  EXPECT_TRUE(limit.takeDropped(clock.steady()).empty());
  clock.advance(RateLimit::kWindow);
  const auto dropped = limit.takeDropped(clock.steady());
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].area, "area");
  EXPECT_EQ(dropped[0].message, "m");
  EXPECT_EQ(dropped[0].level, Level::warn);
  EXPECT_EQ(dropped[0].count, 80u);
  EXPECT_EQ(admitted(100), 20);
}

TEST_F(RateLimitTest, SaysNothingAboutAMessageThatStayedBelow) {
  admitted(20);
  clock.advance(RateLimit::kWindow);
  EXPECT_TRUE(limit.takeDropped(clock.steady()).empty());
}

TEST_F(RateLimitTest, AStopReportsTheRunningWindowToo) {
  admitted(21);
  EXPECT_EQ(limit.takeDropped(clock.steady(), true).size(), 1u);
  EXPECT_TRUE(limit.takeDropped(clock.steady(), true).empty());
}

TEST_F(RateLimitTest, RemembersABoundedNumberOfMessages) {
  for (std::size_t i = 0; i < 2 * RateLimit::kMaxKeys; ++i) admitted(21, std::to_string(i));
  EXPECT_EQ(limit.takeDropped(clock.steady(), true).size(), RateLimit::kMaxKeys);
}

}  // namespace
}  // namespace colibri::log
