#include <colibri/sdk/backoff.hpp>

#include <gtest/gtest.h>

namespace {

using colibri::sdk::Backoff;
using std::chrono::milliseconds;

TEST(Backoff, DoublesFromTheFirstToTheLongestWithinTwentyPercent) {
  const Backoff backoff(milliseconds(500), milliseconds(60'000));
  EXPECT_EQ(backoff.delay(1, 0.5), milliseconds(500));
  EXPECT_EQ(backoff.delay(2, 0.5), milliseconds(1'000));
  EXPECT_EQ(backoff.delay(7, 0.5), milliseconds(32'000));
  EXPECT_EQ(backoff.delay(8, 0.5), milliseconds(60'000));
  EXPECT_EQ(backoff.delay(1'000'000, 0.5), milliseconds(60'000));
  EXPECT_EQ(backoff.delay(1, 0.0), milliseconds(400));
  EXPECT_LE(backoff.delay(1, 0.999), milliseconds(600));
}

TEST(Backoff, ThrowsItsOwnDice) {
  const Backoff backoff(milliseconds(1'000), milliseconds(1'000));
  bool differs = false;
  const auto first = backoff.delay(1);
  for (int i = 0; i < 100; ++i) {
    const auto delay = backoff.delay(1);
    EXPECT_GE(delay, milliseconds(800));
    EXPECT_LE(delay, milliseconds(1'200));
    differs |= delay != first;
  }
  EXPECT_TRUE(differs);
}

}  // namespace
