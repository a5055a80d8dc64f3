#include "delivery/dispatcher.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DispatcherTest : public World {};

TEST_F(DispatcherTest, ANewEventIsHandedOverAtOnceAndItsAnswerMovesTheCursor) {
  const auto id = subscribe(spec());
  append("chat");
  ASSERT_EQ(sink.seen.size(), 1u);
  EXPECT_EQ(sink.seen[0].attempt.subscription, id);
  EXPECT_EQ(sink.seen[0].attempt.number, 1u);
  EXPECT_EQ(sink.seen[0].attempt.deadlineUs, clock.nowUs() + 60'000'000);
  EXPECT_EQ(cursor().low, 0u);
  sink.answerAll();
  EXPECT_EQ(cursor().low, 1u);
  EXPECT_EQ(dispatcher->counters().acknowledged, 1u);
}

TEST_F(DispatcherTest, EnablingStartsAtTheHeadOfTheLog) {
  sink.policy = [](const Seen&) { return ok(); };
  append("chat");
  append("chat");
  const auto id = subscribe(spec());
  append("chat");
  EXPECT_THAT(sink.sequences(), ElementsAre(3));
  dispatcher->enable(id, 8, 0);
  append("chat", 8);
  EXPECT_THAT(sink.sequences(8), ElementsAre(1));
}

TEST_F(DispatcherTest, EnablingMayStartEarlierForAnInstanceWhoseFirstEventsWentBefore) {
  append();
  append();
  const auto id = subscribe(spec(), false);
  dispatcher->enable(id, kInstance, 0);
  executor.runAll();
  sink.answerAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
}

TEST_F(DispatcherTest, AChatWaitsForItsAnswerAndOtherChatsDoNot) {
  subscribe(spec());
  append("a");
  append("a");
  append("b");
  append("");
  append("");
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3, 4));
  sink.answer(sink.seen[0].attempt.token);
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3, 4, 2));
}

TEST_F(DispatcherTest, StrictOrderIsFifoPerInstance) {
  auto strict = spec();
  strict.strictOrder = true;
  const auto id = subscribe(strict);
  dispatcher->enable(id, 8);
  append("a");
  append("b");
  append("c", 8);
  EXPECT_THAT(sink.sequences(kInstance), ElementsAre(1));
  EXPECT_THAT(sink.sequences(8), ElementsAre(1));
  sink.answer(sink.seen[0].attempt.token);
  EXPECT_THAT(sink.sequences(kInstance), ElementsAre(1, 2));
}

TEST_F(DispatcherTest, NeitherCreditIsEverExceeded) {
  auto narrow = spec();
  narrow.maxInFlight = 5;
  narrow.maxInFlightPerInstance = 3;
  const auto id = subscribe(narrow, false);
  for (InstanceKey key = 1; key <= 4; ++key) dispatcher->enable(id, key);
  for (int i = 0; i < 20; ++i) {
    for (InstanceKey key = 1; key <= 4; ++key) append("chat" + std::to_string(i), key);
  }
  while (!sink.pending.empty()) {
    for (InstanceKey key = 1; key <= 4; ++key) EXPECT_LE(sink.pendingOf(key), 3u);
    sink.answer(sink.pending.begin()->first);
  }
  EXPECT_EQ(sink.most, 5u);
  EXPECT_EQ(sink.seen.size(), 80u);
}

TEST_F(DispatcherTest, LanesWithWorkTakeTurns) {
  auto narrow = spec();
  narrow.maxInFlight = narrow.maxInFlightPerInstance = 1;
  const auto id = subscribe(narrow, false);
  for (InstanceKey key = 1; key <= 3; ++key) dispatcher->enable(id, key);
  for (InstanceKey key = 1; key <= 3; ++key) {
    for (int i = 0; i < 4; ++i) append("chat", key);
  }
  sink.answerAll();
  std::vector<InstanceKey> order;
  for (const auto& one : sink.seen) order.push_back(one.event->instance());
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3));
}

TEST_F(DispatcherTest, ALaneThatOverflowsReadsTheRestFromTheLog) {
  options.pageEvents = 16;
  restart();
  subscribe(spec());
  for (int i = 0; i < 100; ++i) append("chat");
  while (!sink.pending.empty()) {
    sink.answerAll();
    executor.runAll();
  }
  std::vector<std::uint64_t> all(100);
  std::iota(all.begin(), all.end(), 1);
  EXPECT_EQ(sink.sequences(), all);
  EXPECT_GT(dispatcher->counters().pagesRead, 3u);
  EXPECT_EQ(cursor().low, 100u);
}

TEST_F(DispatcherTest, ALaneThatKeepsUpReadsNothing) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return ok(); };
  for (int i = 0; i < 1'000; ++i) append("chat" + std::to_string(i % 7));
  EXPECT_EQ(sink.seen.size(), 1'000u);
  EXPECT_EQ(dispatcher->counters().pagesRead, 0u);
}

TEST_F(DispatcherTest, AReadThatFailsIsTriedAgain) {
  options.pageEvents = 4;
  restart();
  subscribe(spec());
  for (int i = 0; i < 10; ++i) append("chat");
  store.refuseReads(true);
  sink.policy = [](const Seen&) { return ok(); };
  sink.answerAll();
  executor.runAll();
  EXPECT_LT(sink.seen.size(), 10u);
  store.refuseReads(false);
  advance(seconds(2));
  EXPECT_EQ(sink.seen.size(), 10u);
}

TEST_F(DispatcherTest, WhatTheFilterLeavesOutIsPassedWithoutDelivery) {
  auto some = spec();
  some.filter = *events::Filter::parse(R"({"types":["connection.update"]})");
  subscribe(some);
  append("chat");
  append("", kInstance, "connection.update");
  append("chat");
  sink.answerAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(2));
  EXPECT_EQ(lane().low, 3u);
  advance(seconds(3));
  EXPECT_EQ(cursor().low, 3u);
  EXPECT_EQ(dispatcher->counters().filteredOut, 2u);
}

TEST_F(DispatcherTest, ALanesOwnFilterHoldsForWhatWasNotYetHandedOver) {
  const auto id = subscribe(spec());
  append("chat");
  append("chat");
  append("chat", kInstance, "connection.update");
  const auto only = *events::Filter::parse(R"({"types":["connection.update"]})");
  ASSERT_TRUE(dispatcher->setFilter(id, kInstance, only));
  sink.answerAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3));
  ASSERT_TRUE(dispatcher->setFilter(id, kInstance, std::nullopt));
  append("chat");
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3, 4));
  EXPECT_EQ(dispatcher->setFilter(id + 1, kInstance, only).error().code, Errc::notFound);
}

TEST_F(DispatcherTest, AFilterSetBeforeTheLaneIsEnabledHoldsFromItsFirstEvent) {
  const auto id = subscribe(spec(), false);
  ASSERT_TRUE(dispatcher->setFilter(id, kInstance,
                                    *events::Filter::parse(R"({"types":["connection.update"]})")));
  dispatcher->enable(id, kInstance);
  append("chat");
  append("chat", kInstance, "connection.update");
  EXPECT_THAT(sink.sequences(), ElementsAre(2));
}

TEST_F(DispatcherTest, ExpiredEventsArePassedAndCounted) {
  subscribe(spec());
  append("chat");
  append("chat", kInstance, "qrcode.updated", clock.nowUs() + 20'000'000);
  append("chat");
  clock.advance(seconds(21));
  sink.answerAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3));
  EXPECT_EQ(dispatcher->counters().expired, 1u);
  EXPECT_EQ(cursor().low, 3u);
}

TEST_F(DispatcherTest, EphemeralEventsAreOfferedOnceCoalescedAndBounded) {
  auto narrow = spec();
  narrow.maxInFlight = narrow.maxInFlightPerInstance = 1;
  subscribe(narrow);
  append("busy");
  for (int i = 0; i < 5; ++i) appendEphemeral("typing");
  for (int i = 0; i < 100; ++i) appendEphemeral("chat" + std::to_string(i));
  EXPECT_EQ(dispatcher->counters().ephemeralCoalesced, 4u);
  EXPECT_EQ(dispatcher->counters().ephemeralDropped, 101u - 64u);
  sink.answerAll();
  EXPECT_EQ(sink.seen.size(), 1u + 64u);
  EXPECT_EQ(sink.seen.back().event->chat(), "chat99");
  EXPECT_EQ(dispatcher->counters().ephemeralOffered, 64u);
}

TEST_F(DispatcherTest, AFailedEphemeralEventIsNotTriedAgain) {
  subscribe(spec());
  appendEphemeral("chat");
  sink.answerAll(laneFailure());
  advance(std::chrono::hours(1));
  EXPECT_EQ(sink.seen.size(), 1u);
  appendEphemeral("chat");  // the only thing there is to probe with
  EXPECT_EQ(sink.seen.size(), 2u);
  sink.answerAll();
  EXPECT_FALSE(lane().probing);
}

TEST_F(DispatcherTest, SwitchingOffRevokesAndForgetsTheCursor) {
  const auto id = subscribe(spec());
  append("a");
  append("a");
  dispatcher->disable(id, kInstance);
  EXPECT_THAT(sink.revoked, ElementsAre(1));
  EXPECT_TRUE(dispatcher->lanes(kInstance).empty());
  EXPECT_EQ(store.tables().cursors.size(), 0u);
  sink.dispatcher->done(1, ok());
  EXPECT_EQ(dispatcher->counters().lateAnswers, 1u);
  append("a");
  dispatcher->enable(id, kInstance);
  append("a");
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 4));
}

TEST_F(DispatcherTest, TheFirstAnswerCountsAndLaterOnesAreCounted) {
  subscribe(spec());
  append("a");
  const auto token = sink.seen[0].attempt.token;
  dispatcher->done(token, ok());
  dispatcher->done(token, laneFailure());
  dispatcher->done(999, ok());
  EXPECT_EQ(dispatcher->counters().lateAnswers, 2u);
  EXPECT_FALSE(lane().probing);
}

TEST_F(DispatcherTest, ASubscriptionsNameIsItsOwn) {
  subscribe(spec(), false);
  EXPECT_EQ(dispatcher->subscribe(spec(), sink).error().code, Errc::conflict);
  auto wrong = spec("other");
  wrong.maxInFlight = 0;
  EXPECT_EQ(dispatcher->subscribe(wrong, sink).error().code, Errc::invalidArgument);
}

TEST_F(DispatcherTest, CursorsAreWrittenOneCommitAtATimeHoweverManyAnswersCome) {
  subscribe(spec());
  store.hold(true);
  const auto before = store.submits();
  sink.policy = [](const Seen&) { return ok(); };
  log->listener = dispatcher.get();
  store.hold(false);
  for (int i = 0; i < 3; ++i) append("chat");
  store.hold(true);
  std::vector<events::EventPtr> more;
  for (std::uint64_t s = 4; s <= 200; ++s) {
    store::EventRow row;
    row.instance = kInstance;
    row.sequence = s;
    row.typeName = "messages.upsert";
    more.push_back(FakeLog::eventOf(row));
    dispatcher->onAppended({&more.back(), 1});
  }
  EXPECT_EQ(lane().low, 200u);
  EXPECT_EQ(store.submits(),
            before + 3 + 3 + 1);  // three appends, their cursors, and one that waits
  EXPECT_EQ(store.commitHeld(), 1u);
  EXPECT_EQ(store.commitHeld(), 1u);
  EXPECT_EQ(cursor().low, 200u);
  EXPECT_EQ(store.commitHeld(), 0u);
  store.hold(false);
}

TEST_F(DispatcherTest, ARefusedCursorIsWrittenAgain) {
  subscribe(spec());
  append("chat");
  store.refuse(true);
  sink.answerAll();
  EXPECT_EQ(cursor().low, 0u);
  store.refuse(false);
  advance(seconds(2));
  EXPECT_EQ(cursor().low, 1u);
  EXPECT_GE(dispatcher->counters().storeRefusals, 1u);
}

TEST_F(DispatcherTest, StoppingRevokesWritesTheLastCursorsAndDeliversNothingMore) {
  subscribe(spec());
  append("a");
  append("b");
  append("b", kInstance, "messages.upsert");
  store.refuse(true);
  sink.answer(sink.seen[0].attempt.token);
  store.refuse(false);
  dispatcher->stop();
  EXPECT_THAT(sink.revoked, ElementsAre(2));
  EXPECT_EQ(cursor().low, 1u);
  append("c");
  advance(seconds(100));
  EXPECT_EQ(sink.seen.size(), 2u);
}

TEST_F(DispatcherTest, SubscriptionsToAllInstancesNeedNoSettings) {
  append("", 8);
  auto all = spec("audit");
  all.allInstances = true;
  subscribe(all, false);
  append("", 8);
  append("", 9);
  EXPECT_THAT(sink.sequences(8), ElementsAre(2));
  EXPECT_THAT(sink.sequences(9), ElementsAre(1));
}

TEST_F(DispatcherTest, ALaneForAllInstancesLosesNothingToACrashBeforeItsFirstCursor) {
  auto all = spec("audit");
  all.allInstances = true;
  subscribe(all, false);
  append("", 8);
  sink.answerAll();
  store.hold(true);
  store.change([](auto& tables) {
    store::EventRow row;
    row.instance = 9;
    row.sequence = tables.last[9] = 1;
    row.typeName = "instance.create";
    tables.events[9].push_back(row);
    tables.instances.push_back({});
    tables.instances.back().key = 9;
  });
  crash();
  sink.seen.clear();
  subscribe(all, false);
  executor.runAll();
  EXPECT_THAT(sink.sequences(9), ElementsAre(1));
  EXPECT_THAT(sink.sequences(8), IsEmpty());
}

TEST_F(DispatcherTest, AThousandLanesThatHaveNothingToDoCostOneTimer) {
  const auto id = subscribe(spec());
  for (InstanceKey key = 1; key <= 1'000; ++key) dispatcher->enable(id, key);
  sink.policy = [](const Seen&) { return ok(); };
  for (InstanceKey key = 1; key <= 1'000; ++key) append("chat", key);
  EXPECT_EQ(sink.seen.size(), 1'000u);
  EXPECT_EQ(timers.pending(), 1u);
  EXPECT_EQ(executor.waiting(), 0u);
}

}  // namespace
}  // namespace colibri::delivery::testing
