#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Each;
using ::testing::ElementsAre;

class DispatcherSweepTest : public World {
 protected:
  std::size_t rows(InstanceKey instance = kInstance) {
    return store.tables().events[instance].size();
  }
};

TEST_F(DispatcherSweepTest, RowsThatEveryLanePassedGoAfterTheirTime) {
  sink.policy = [](const Seen&) { return ok(); };
  subscribe(spec());
  for (int i = 0; i < 3'000; ++i) append("chat");
  advance(hours(71));
  EXPECT_EQ(rows(), 3'000u);
  advance(hours(2));
  EXPECT_EQ(rows(), 0u);
  EXPECT_EQ(dispatcher->counters().eventsDropped, 3'000u);
}

TEST_F(DispatcherSweepTest, RowsOfAnInstanceThatNobodyListensToGoToo) {
  for (int i = 0; i < 10; ++i) append("chat", 9);
  store.change([](auto& tables) { tables.instances.emplace_back().key = 9; });
  restart();
  advance(hours(73));
  EXPECT_EQ(rows(9), 0u);
}

TEST_F(DispatcherSweepTest, WhatALaneStillNeedsStaysHoweverLongItTakes) {
  subscribe(spec());
  subscribe(spec("other"));
  sink.policy = [](const Seen& one) -> Outcome {
    return one.attempt.subscription == 1 ? laneFailure() : ok();
  };
  for (int i = 0; i < 100; ++i) append("chat");
  advance(hours(5 * 24 - 1));
  EXPECT_EQ(rows(), 100u);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
  advance(hours(40 * 24));
  EXPECT_EQ(rows(), 101u);  // and the one that tells of the suspension
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
}

TEST_F(DispatcherSweepTest, ABacklogThatWaitsForLongIsWarnedOfAndKeepsItsBodies) {
  const auto id = subscribe(spec());
  append("chat");
  sink.answerAll(gone());
  for (int i = 0; i < 999; ++i) append("chat");
  advance(hours(5 * 24 - 1));
  EXPECT_FALSE(lane().overdue);
  advance(hours(2));
  EXPECT_TRUE(lane().overdue);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
  EXPECT_EQ(dispatcher->counters().cutByBacklogCap, 0u);
  sink.policy = [](const Seen& one) {
    EXPECT_EQ(one.event->data().body, "{}");
    return ok();
  };
  dispatcher->enable(id, kInstance);
  advance(minutes(2));
  EXPECT_EQ(sink.seen.size(), 1'001u);
  EXPECT_FALSE(lane().overdue);
}

/// Room is made by what everybody has; what somebody still waits for stays.
TEST_F(DispatcherSweepTest, WhileTheDiskIsLowOnlyWhatWasDeliveredGoesAtOnce) {
  sink.policy = [](const Seen&) { return ok(); };
  subscribe(spec());
  for (int i = 0; i < 100; ++i) append("chat");
  sink.policy = [](const Seen&) { return laneFailure(); };
  for (int i = 0; i < 50; ++i) append("chat");
  advance(minutes(3));
  EXPECT_EQ(rows(), 150u);
  dispatcher->setDiskIsLow(true);
  advance(minutes(3));
  EXPECT_EQ(rows(), 50u);
  dispatcher->setDiskIsLow(false);
  sink.policy = [](const Seen&) { return ok(); };
  advance(minutes(3));
  EXPECT_EQ(lane().low, 150u);
  EXPECT_EQ(rows(), 50u);
}

TEST_F(DispatcherSweepTest, ABacklogThatIsTooLargeIsCutToItsLimit) {
  options.backlogMaxBytes = 400'000;
  restart();
  subscribe(spec());
  append("chat");
  sink.answerAll(gone());
  for (int i = 0; i < 1'000; ++i)
    append("chat", kInstance, "messages.upsert", 0, std::string(2'000, ' '));
  advance(minutes(3));
  EXPECT_GE(store.tables().deadLetters.size(), 750u);
  EXPECT_LE(store.tables().deadLetters.size(), 950u);
  EXPECT_EQ(lane().state, LaneState::suspended);
}

TEST_F(DispatcherSweepTest, TheLimitsHoldForWhatWasThereBeforeARestart) {
  sink.policy = [](const Seen&) { return ok(); };
  subscribe(spec());
  for (int i = 0; i < 1'000; ++i) append("chat");
  restart();
  subscribe(spec());
  advance(hours(73));
  EXPECT_EQ(rows(), 0u);
}

TEST_F(DispatcherSweepTest, ACutLaneGoesOnWithWhatIsLeft) {
  options.backlogMaxBytes = 400'000;
  restart();
  const auto id = subscribe(spec());
  append("chat");
  sink.answerAll(gone());
  for (int i = 0; i < 500; ++i)
    append("chat", kInstance, "messages.upsert", 0, std::string(2'000, ' '));
  advance(minutes(3));
  const auto cut = store.tables().deadLetters.size();
  for (const auto& dead : store.tables().deadLetters) {
    ASSERT_TRUE(dead.event);
    EXPECT_TRUE(dead.event->body.empty());
    EXPECT_EQ(dead.event->typeName, "messages.upsert");
  }
  EXPECT_EQ(dispatcher->counters().cutByBacklogCap, cut);
  sink.seen.clear();
  sink.policy = [](const Seen&) { return ok(); };
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_EQ(sink.seen.size() + cut, 501u);
  EXPECT_EQ(lane().low, lane().head);
}

TEST_F(DispatcherSweepTest, WhatIsInFlightIsNotCut) {
  options.backlogMaxBytes = 0;
  restart();
  auto patient = spec();
  patient.ackTimeout = hours(3);
  subscribe(patient);
  append("a");
  append("a");
  advance(hours(2));
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
  sink.answer(sink.seen[0].attempt.token);
  EXPECT_EQ(lane().low, 1u);
}

}  // namespace
}  // namespace colibri::delivery::testing
