#include <gmock/gmock.h>

#include <random>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;

class DispatcherRestartTest : public World {};

TEST_F(DispatcherRestartTest, WhatWasNotAnsweredComesAgainWithTheSameIdAndWhatWasDoesNot) {
  subscribe(spec());
  for (int i = 0; i < 5; ++i) append("chat" + std::to_string(i));
  const auto id = sink.seen[0].event->data().eventId;
  for (const std::size_t i : {1u, 3u}) sink.answer(sink.seen[i].attempt.token);
  crash();
  sink.seen.clear();
  sink.policy = [](const Seen&) { return ok(); };
  subscribe(spec());
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3, 5));
  EXPECT_EQ(sink.seen[0].event->data().eventId, id);
  EXPECT_EQ(sink.seen[0].attempt.number, 1u);
  EXPECT_EQ(cursor().low, 5u);
}

TEST_F(DispatcherRestartTest, AnAnswerThatWasNotYetOnDiskMeansTheEventComesAgain) {
  subscribe(spec());
  append("a");
  store.hold(true);
  sink.answerAll();
  crash();
  subscribe(spec());
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 1));
}

TEST_F(DispatcherRestartTest, EventsFromWhileNobodyWasEnabledAreDeliveredFromTheCursor) {
  subscribe(spec());
  append("a");
  sink.answerAll();
  restart();
  append("a");
  append("a");
  sink.seen.clear();
  sink.policy = [](const Seen&) { return ok(); };
  subscribe(spec());
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(2, 3));
}

/// The cursor may be one that a crash left when the settings were switched off.
TEST_F(DispatcherRestartTest, ALaneNeverStartsBeforeWhatItsSettingsSay) {
  subscribe(spec());
  append("a");
  sink.answerAll();
  restart();
  for (int i = 0; i < 3; ++i) append("a");
  sink.seen.clear();
  sink.policy = [](const Seen&) { return ok(); };
  const auto id = subscribe(spec(), false);
  EXPECT_EQ(dispatcher->head(kInstance), 4u);
  dispatcher->enable(id, kInstance, 3);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(4));
  dispatcher->enable(id, kInstance, 9);  // it serves: it stays where it is
  append("a");
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(4, 5));
  EXPECT_EQ(cursor().low, 5u);
}

TEST_F(DispatcherRestartTest, ASuspendedLaneIsStillSuspendedUntilEnabled) {
  subscribe(spec());
  append("a");
  sink.answerAll(gone());
  restart();
  sink.seen.clear();
  const auto id = subscribe(spec(), false);
  executor.runAll();
  EXPECT_EQ(lane().state, LaneState::suspended);
  EXPECT_EQ(lane().reason, "410");
  EXPECT_EQ(sink.seen.size(), 0u);
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_EQ(sink.seen.size(), 1u);
}

/// Sixty restarts while an endpoint is down for five days: it is probed all the time, never faster
/// than the schedule says, and suspended when the five days are over, not before.
TEST_F(DispatcherRestartTest, FiveDaysOfFailureSurviveSixtyRestarts) {
  std::mt19937_64 random(7);
  sink.policy = [](const Seen&) { return laneFailure(); };
  subscribe(spec());
  append("a");
  const auto start = clock.nowUs();
  const auto fiveDays = std::chrono::microseconds(hours(5 * 24)).count();
  std::set<std::size_t> firstAfterRestart{0};
  for (int i = 0; i < 60; ++i) {
    advance(minutes(1 + random() % 115));
    ASSERT_EQ(lane().state, LaneState::active);
    ASSERT_EQ(lane().failingSinceUs, start);
    firstAfterRestart.insert(sink.seen.size());
    i % 2 == 0 ? crash() : restart();
    subscribe(spec());
  }
  while (clock.nowUs() < start + fiveDays) {
    ASSERT_EQ(lane().state, LaneState::active);
    advance(minutes(10));
  }
  advance(minutes(2));
  EXPECT_EQ(lane().state, LaneState::suspended);
  for (std::size_t i = 1; i < sink.seen.size(); ++i) {
    const auto gap = static_cast<double>(sink.seen[i].atUs - sink.seen[i - 1].atUs) / 1e6;
    // A restart falls somewhere into a pause, and the next probe somewhere into another.
    const bool restarted = firstAfterRestart.contains(i);
    ASSERT_LE(gap, restarted ? 144.1 : 72.1) << "attempt " << i;
    if (!restarted && i > 6) {
      ASSERT_GE(gap, 47.9) << "attempt " << i;
    }
  }
  EXPECT_GT(sink.seen.size(), 5'900u);
  EXPECT_GE(sink.seen.back().atUs, start + fiveDays);
}

}  // namespace
}  // namespace colibri::delivery::testing
