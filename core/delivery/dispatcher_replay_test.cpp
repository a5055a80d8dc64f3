#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReplayTest : public World {
 protected:
  /// Events of `chats`, each rejected until it is a dead letter; then the endpoint is mended.
  void deadLettersOf(const std::vector<std::string>& chats, SubscriptionSpec of) {
    id = subscribe(std::move(of));
    sink.policy = [](const Seen&) { return eventFailure(); };
    for (const auto& chat : chats) append(chat);
    advance(seconds(12));
    ASSERT_THAT(letters(), SizeIs(chats.size()));
    sink.policy = [](const Seen&) { return ok(); };
    sink.seen.clear();
  }
  void deadLettersOf(const std::vector<std::string>& chats) { deadLettersOf(chats, spec()); }

  std::deque<store::DeadLetterRow> letters() { return store.tables().deadLetters; }
  void mark() {
    store.change([this](auto& tables) {
      for (auto& row : tables.deadLetters) row.replayAtUs = clock.nowUs();
    });
  }
  void replayAll() {
    mark();
    dispatcher->replaysMarked(kInstance, kLane);
    executor.runAll();
  }

  static constexpr const char* kLane = "webhook/events";
  Dispatcher::SubscriptionId id = 0;
};

TEST_F(ReplayTest, AMarkedLetterIsDeliveredUnderItsEventIdAndGoes) {
  deadLettersOf({"a", "b", "c"});
  const auto first = letters().front().event->eventId;
  replayAll();
  ASSERT_THAT(sink.sequences(), ElementsAre(1, 2, 3));
  EXPECT_EQ(sink.seen[0].event->data().eventId, first);
  EXPECT_EQ(sink.seen[0].event->data().body, "{}");
  EXPECT_EQ(sink.seen[0].attempt.number, 1u) << "a sink's own limit is not used up";
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_EQ(dispatcher->counters().replayed, 3u);
  EXPECT_EQ(cursor().low, 3u) << "the cursor has nothing to do with it";
}

TEST_F(ReplayTest, UnmarkedLettersStay) {
  deadLettersOf({"a", "b"});
  dispatcher->replaysMarked(kInstance, kLane);
  executor.runAll();
  EXPECT_THAT(sink.seen, IsEmpty());
  EXPECT_THAT(letters(), SizeIs(2));
}

TEST_F(ReplayTest, OneThatIsRejectedAgainStaysWithTheNewReasonAfterOneAttempt) {
  deadLettersOf({"a", "b"});
  const auto letter = letters().front().id;
  sink.policy = [](const Seen& seen) {
    return seen.sequence() == 1 ? Outcome{Outcome::Kind::eventFailure, {}, "413"} : ok();
  };
  replayAll();
  ASSERT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(letters()[0].id, letter);
  EXPECT_EQ(letters()[0].reason, "413");
  EXPECT_EQ(letters()[0].attempts, 4u);
  EXPECT_EQ(letters()[0].deadAtUs, clock.nowUs());
  EXPECT_EQ(letters()[0].replayAtUs, 0);
  advance(seconds(60));
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2)) << "nobody asked for more";
  EXPECT_EQ(dispatcher->counters().replaysInVain, 1u);
}

TEST_F(ReplayTest, AKilledProcessOffersMarkedLettersAgainAtItsStart) {
  deadLettersOf({"a", "b"});
  mark();
  crash();
  subscribe(spec());
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, KilledBetweenItsAnswerAndTheRowsRemovalItComesOnceMore) {
  deadLettersOf({"a"});
  store.hold(true);
  replayAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
  crash();
  subscribe(spec());
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 1));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, TheNextGoesWhenTheLastOneIsWrittenDown) {
  deadLettersOf({"a", "b"});
  mark();
  store.hold(true);
  dispatcher->replaysMarked(kInstance, kLane);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
  store.commitHeld();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
}

TEST_F(ReplayTest, AStoreThatRefusesIsAskedAgainAndNothingIsOfferedTwice) {
  deadLettersOf({"a", "b"});
  mark();
  store.refuse(true);
  dispatcher->replaysMarked(kInstance, kLane);
  advance(seconds(3));
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
  store.refuse(false);
  advance(seconds(2));
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, ADiskThatDoesNotAnswerIsReadAgain) {
  deadLettersOf({"a"});
  store.refuseReads(true);
  replayAll();
  advance(milliseconds(100));
  EXPECT_THAT(sink.seen, IsEmpty());
  store.refuseReads(false);
  advance(seconds(2));
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
}

TEST_F(ReplayTest, APausedLaneReplaysWhenItRecovers) {
  deadLettersOf({"a", "b"});
  sink.policy = [](const Seen&) { return laneFailure(); };
  append("live");
  replayAll();
  EXPECT_TRUE(lane().probing);
  advance(seconds(2));
  EXPECT_THAT(sink.sequences(), ElementsAre(3, 3)) << "probes are made with the head event";
  EXPECT_THAT(letters(), SizeIs(2));
  sink.policy = [](const Seen&) { return ok(); };
  sink.seen.clear();
  advance(seconds(60));
  EXPECT_THAT(sink.sequences(), ElementsAre(3, 1, 2));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, AFailingEndpointIsProbedWithTheReplayIfNothingElseWaits) {
  deadLettersOf({"a", "b"});
  sink.policy = [](const Seen&) { return laneFailure(); };
  replayAll();
  EXPECT_TRUE(lane().probing);
  advance(seconds(10));
  EXPECT_EQ(sink.sequences().front(), 1u);
  EXPECT_EQ(sink.sequences().back(), 1u);
  EXPECT_EQ(letters().front().attempts, 3u) << "an endpoint that is down uses nothing up";
  sink.policy = [](const Seen&) { return ok(); };
  advance(seconds(60));
  EXPECT_FALSE(lane().probing);
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, ASuspendedLaneReplaysWhenItIsResumed) {
  deadLettersOf({"a", "b"});
  sink.policy = [](const Seen&) { return gone(); };
  replayAll();
  EXPECT_EQ(lane().state, LaneState::suspended);
  EXPECT_THAT(letters(), SizeIs(2));
  sink.policy = [](const Seen&) { return ok(); };
  sink.seen.clear();
  advance(std::chrono::hours(1));
  EXPECT_THAT(sink.seen, IsEmpty());
  EXPECT_TRUE(dispatcher->resume(kInstance, kLane));
  executor.runAll();
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_THAT(sink.sequences(), ::testing::IsSupersetOf({1, 2}));
}

TEST_F(ReplayTest, LiveEventsAndReplaysTakeTurns) {
  auto one = spec();
  one.maxInFlightPerInstance = 1;
  deadLettersOf({"a", "b", "c"}, one);
  sink.policy = nullptr;
  for (int i = 0; i < 3; ++i) append("live");
  replayAll();
  while (!sink.pending.empty()) {
    EXPECT_THAT(sink.pending, SizeIs(1)) << "the lane's credit";
    sink.answer(sink.pending.begin()->first);
    executor.runAll();
  }
  EXPECT_THAT(sink.sequences(), ElementsAre(4, 1, 5, 2, 6, 3));
}

TEST_F(ReplayTest, InAStrictLaneNothingIsBesideAReplay) {
  auto strict = spec();
  strict.strictOrder = true;
  deadLettersOf({"a"}, strict);
  sink.policy = nullptr;
  append("live");
  append("live too");
  replayAll();
  for (int left = 3; left > 0; --left) {
    ASSERT_THAT(sink.pending, SizeIs(1));
    sink.answer(sink.pending.begin()->first);
    executor.runAll();
  }
  EXPECT_THAT(sink.sequences(), ElementsAre(2, 1, 3));
}

TEST_F(ReplayTest, ALetterWithoutBodyIsReplayedFromTheLogIfThatStillHasIt) {
  deadLettersOf({"a", "b"});
  store.change([](auto& tables) {
    for (auto& row : tables.deadLetters) row.event->body.clear();
    std::erase_if(tables.events[kInstance], [](const auto& row) { return row.sequence == 1; });
  });
  replayAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(2));
  EXPECT_EQ(sink.seen[0].event->data().body, "{}");
  ASSERT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(letters()[0].reason, "the event's body is not kept any more, here or in the log");
  EXPECT_EQ(letters()[0].attempts, 3u);
}

TEST_F(ReplayTest, OneThatExpiredMeanwhileIsNotDelivered) {
  deadLettersOf({"a"});
  store.change([this](auto& tables) { tables.deadLetters[0].event->expiresAtUs = clock.nowUs(); });
  replayAll();
  EXPECT_THAT(sink.seen, IsEmpty());
  EXPECT_EQ(letters()[0].reason, "the event expired before it could be delivered again");
  EXPECT_EQ(letters()[0].replayAtUs, 0);
}

TEST_F(ReplayTest, PurgedOnesThatWaitInMemoryAreNotDelivered) {
  deadLettersOf({"a", "b", "c"});
  sink.policy = nullptr;
  replayAll();
  ASSERT_THAT(sink.pending, SizeIs(1));
  store.change([](auto& tables) { tables.deadLetters.erase(tables.deadLetters.begin() + 1); });
  dispatcher->deadLettersPurged(kInstance);
  while (!sink.pending.empty()) {
    sink.answerAll();
    executor.runAll();
  }
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 3));
}

TEST_F(ReplayTest, ALaneThatIsSwitchedOffReplaysOnceItIsOnAgain) {
  deadLettersOf({"a", "b"});
  sink.policy = nullptr;
  replayAll();
  dispatcher->disable(id, kInstance);
  executor.runAll();
  EXPECT_THAT(sink.revoked, SizeIs(1));
  EXPECT_THAT(letters(), SizeIs(2));
  sink.policy = [](const Seen&) { return ok(); };
  sink.seen.clear();
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
}

TEST_F(ReplayTest, WhatWasMarkedBeforeALaneWasOffSurvivesARestartToo) {
  deadLettersOf({"a"});
  mark();
  dispatcher->disable(id, kInstance);
  advance(seconds(3));
  restart();
  sink.seen.clear();
  id = subscribe(spec(), false);
  executor.runAll();
  EXPECT_THAT(sink.seen, IsEmpty());
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
}

TEST_F(ReplayTest, AReplayThatIsNeverAnsweredStaysADeadLetterAndTheLaneProbes) {
  deadLettersOf({"a"});
  sink.policy = nullptr;
  replayAll();
  advance(seconds(61));
  ASSERT_THAT(letters(), SizeIs(1));
  EXPECT_EQ(letters()[0].reason, "no answer by the deadline");
  EXPECT_EQ(letters()[0].replayAtUs, 0);
  EXPECT_THAT(sink.revoked, SizeIs(1));
  EXPECT_TRUE(lane().probing);
}

TEST_F(ReplayTest, OneThatIsReturnedIsTriedAgainAfterASecond) {
  deadLettersOf({"a"});
  sink.policy = [](const Seen& seen) { return seen.attempt.token % 2 ? returned() : ok(); };
  replayAll();
  advance(seconds(3));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, NothingIsReplayedForAnInstanceThatIsBeingDeleted) {
  deadLettersOf({"a", "b"});
  sink.policy = nullptr;
  replayAll();
  dispatcher->beginDelete(kInstance);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
  dispatcher->forget(kInstance);
  EXPECT_THAT(dispatcher->lanes(kInstance), IsEmpty());
}

TEST_F(ReplayTest, ManyAreReplayedPageByPage) {
  std::vector<std::string> chats;
  for (int i = 0; i < 100; ++i) chats.push_back("chat " + std::to_string(i));
  deadLettersOf(chats);
  replayAll();
  EXPECT_THAT(sink.seen, SizeIs(100));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_F(ReplayTest, ResumeProbesAFailingLaneNow) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return laneFailure(seconds(600)); };
  append();
  sink.policy = [](const Seen&) { return ok(); };
  advance(seconds(60));
  EXPECT_TRUE(lane().probing);
  EXPECT_TRUE(dispatcher->resume(kInstance, kLane));
  executor.runAll();
  EXPECT_FALSE(lane().probing);
  EXPECT_EQ(cursor().low, 1u);
}

TEST_F(ReplayTest, ResumeSaysWhatIsMissing) {
  subscribe(spec());
  EXPECT_EQ(dispatcher->resume(kInstance, "webhook/other").error().code, Errc::notFound);
  EXPECT_EQ(dispatcher->resume(8, kLane).error().code, Errc::notFound);
  advance(seconds(3));
  restart();
  EXPECT_EQ(dispatcher->resume(kInstance, kLane).error().code, Errc::conflict)
      << "its plugin is not loaded";
}

}  // namespace
}  // namespace colibri::delivery::testing
