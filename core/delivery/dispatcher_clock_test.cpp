// A wall clock that somebody sets, that a dead battery resets, that a virtual machine loses:
// nothing is lost, given up or kept for ever by it.
#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kDay{24};

/// With how far the wall jumps, in days.
class AttackByClock : public World, public ::testing::WithParamInterface<int> {
 protected:
  AttackByClock() {
    sink.policy = [](const Seen&) { return laneFailure(); };
    subscribe(spec());
  }
  microseconds jump() const { return GetParam() * kDay; }
  void endpointIsBack() {
    sink.seen.clear();
    sink.policy = [](const Seen&) { return ok(); };
  }
  std::size_t rows() { return store.tables().events[kInstance].size(); }
};

TEST_P(AttackByClock, AJumpWhileAnEndpointIsAwayLosesNoMessage) {
  for (int i = 0; i < 19; ++i) append("chat");
  advance(minutes(2));
  clock.jump(jump());
  advance(seconds(75));
  EXPECT_EQ(lane().state, LaneState::active);
  clock.jump(-jump());
  advance(hours(2));
  EXPECT_EQ(lane().state, LaneState::active);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
  endpointIsBack();
  advance(minutes(2));
  EXPECT_EQ(sink.seen.size(), 19u);
}

TEST_P(AttackByClock, AJumpWhileTheGatewayIsStoppedLosesNoMessage) {
  for (int i = 0; i < 19; ++i) append("chat");
  advance(minutes(2));
  restart(minutes(1), jump());
  subscribe(spec());
  for (int i = 0; i < 19; ++i) append("chat");
  advance(hours(2));
  EXPECT_EQ(lane().state, LaneState::active);
  restart(minutes(1), -jump());
  subscribe(spec());
  advance(hours(2));
  EXPECT_EQ(lane().state, LaneState::active);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
  endpointIsBack();
  advance(minutes(2));
  EXPECT_EQ(sink.seen.size(), 38u);
}

TEST_P(AttackByClock, AnEndpointIsGivenUpAfterFiveDaysThatPassedNotThatWereShown) {
  append("chat");
  advance(hours(60));
  clock.jump(jump());
  advance(hours(59));
  EXPECT_EQ(lane().state, LaneState::active);
  advance(hours(2));
  EXPECT_EQ(lane().state, LaneState::suspended);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
}

TEST_P(AttackByClock, WhatWasDeliveredStaysItsTimeAndGoesAfterIt) {
  endpointIsBack();
  advance(minutes(2));
  for (int i = 0; i < 100; ++i) append("chat");
  advance(hours(1));
  clock.jump(jump());
  for (int i = 0; i < 100; ++i) append("chat");
  advance(hours(70));
  EXPECT_EQ(rows(), 200u);
  clock.jump(-jump());
  advance(hours(1) - minutes(2));
  EXPECT_EQ(rows(), 200u);
  advance(hours(4));
  EXPECT_EQ(rows(), 0u);
}

TEST_P(AttackByClock, WhatWasDeliveredWhileTheClockWasWrongStaysItsTimeOverARestart) {
  endpointIsBack();
  advance(minutes(2));
  clock.jump(jump());
  for (int i = 0; i < 100; ++i) append("chat");
  restart(minutes(1), -jump());
  advance(hours(70));
  EXPECT_EQ(rows(), 100u);
  advance(hours(3));
  EXPECT_EQ(rows(), 0u);
}

TEST_P(AttackByClock, WhatLivesForAMinuteLivesForAMinute) {
  sink.policy = [](const Seen&) { return std::nullopt; };
  advance(minutes(2));
  append("a");  // keeps what follows in its chat waiting
  append("a", kInstance, "qrcode.updated", clock.nowUs() + 60'000'000);
  clock.jump(jump());
  sink.answerAll();
  ASSERT_EQ(sink.seen.size(), 2u);
  append("b");
  append("b", kInstance, "qrcode.updated", clock.nowUs() + 20'000'000);
  advance(seconds(1));
  clock.jump(-2 * jump());
  advance(seconds(20));
  sink.answerAll();
  EXPECT_EQ(sink.seen.size(), 3u);
  EXPECT_EQ(dispatcher->counters().expired, 1u);
}

INSTANTIATE_TEST_SUITE_P(Days, AttackByClock, ::testing::Values(400, -400));

class ClockTest : public World {};

/// Thirty days off, and the endpoint fails a little longer: it had no chance to come back
/// meanwhile.
TEST_F(ClockTest, AStopCountsOneHourOfTheFiveDays) {
  sink.policy = [](const Seen&) { return laneFailure(); };
  subscribe(spec());
  append("a");
  advance(hours(110));
  restart(30 * kDay);
  subscribe(spec());
  advance(hours(8));
  EXPECT_EQ(lane().state, LaneState::active);
  advance(hours(2));
  EXPECT_EQ(lane().state, LaneState::suspended);
}

TEST_F(ClockTest, TheNextProbeIsShownByTheWallAsItIsNow) {
  sink.policy = [](const Seen&) { return laneFailure(); };
  subscribe(spec());
  append("a");
  advance(minutes(10));
  clock.jump(400 * kDay);
  EXPECT_GE(lane().nextProbeAtUs, clock.nowUs());
  EXPECT_LE(lane().nextProbeAtUs, clock.nowUs() + 72'000'000);
}

}  // namespace
}  // namespace colibri::delivery::testing
