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

TEST_F(DispatcherSweepTest, WhatALaneStillNeedsStaysUntilTheBacklogIsTooOld) {
  subscribe(spec());
  subscribe(spec("other"));
  sink.policy = [](const Seen& one) -> Outcome {
    return one.attempt.subscription == 1 ? laneFailure() : ok();
  };
  for (int i = 0; i < 100; ++i) append("chat");
  advance(hours(5 * 24 - 1));
  EXPECT_EQ(rows(), 100u);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
}

TEST_F(DispatcherSweepTest, ABacklogThatIsTooOldBecomesDeadLettersWithoutTheirBodies) {
  options.suspendAfter = hours(1);
  restart();
  subscribe(spec());
  append("chat");
  sink.answerAll(gone());
  for (int i = 0; i < 999; ++i) append("chat");
  advance(hours(5 * 24 - 1));
  append("chat");
  advance(hours(2));
  const auto tables = store.tables();
  // All but the last one and the event that tells of the suspension, which nobody asked for.
  EXPECT_EQ(tables.deadLetters.size(), 1'000u);
  EXPECT_EQ(dispatcher->counters().cutByBacklogCap, 1'000u);
  for (const auto& dead : tables.deadLetters) {
    ASSERT_TRUE(dead.event);
    EXPECT_TRUE(dead.event->body.empty());
    EXPECT_EQ(dead.event->typeName, "messages.upsert");
  }
  EXPECT_EQ(lane().head - lane().low, 1u);
  EXPECT_EQ(rows(), 1u);
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
  options.backlogMaxAge = hours(1);
  restart();
  const auto id = subscribe(spec());
  append("chat");
  sink.answerAll(gone());
  append("chat");
  advance(minutes(50));
  append("chat");
  append("chat");
  advance(minutes(15));
  sink.seen.clear();
  sink.policy = [](const Seen&) { return ok(); };
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(4, 5));
  EXPECT_EQ(lane().low, 5u);
}

TEST_F(DispatcherSweepTest, WhatIsInFlightIsNotCut) {
  options.backlogMaxAge = hours(1);
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
