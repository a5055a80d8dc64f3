#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DispatcherFailureTest : public World {
 protected:
  std::vector<double> secondsOf(std::uint64_t sequence) const {
    std::vector<double> at;
    for (const auto& one : sink.seen) {
      if (one.sequence() == sequence) at.push_back(static_cast<double>(one.atUs - startUs) / 1e6);
    }
    return at;
  }
  const std::int64_t startUs = clock.nowUs();
};

TEST_F(DispatcherFailureTest, AFailingLaneProbesWithItsHeadOnSchedule) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return laneFailure(); };
  append("a");
  append("b");
  advance(seconds(49));
  EXPECT_THAT(secondsOf(1), ElementsAre(0, 1, 3, 8, 18, 48));
  EXPECT_THAT(secondsOf(2), ElementsAre());  // the first failure paused the lane before it
  const auto view = lane();
  EXPECT_TRUE(view.probing);
  EXPECT_EQ(view.failingSinceUs, startUs);
  EXPECT_EQ(view.reason, "503");
  EXPECT_GE(view.nextProbeAtUs, startUs + 96'000'000);
  EXPECT_LE(view.nextProbeAtUs, startUs + 120'000'000);
}

TEST_F(DispatcherFailureTest, AttemptsAreNumberedAndNeverUsedUpByLaneFailures) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return laneFailure(); };
  append("a");
  advance(hours(24));
  for (std::size_t i = 0; i < sink.seen.size(); ++i) {
    EXPECT_EQ(sink.seen[i].attempt.number, i + 1);
    EXPECT_EQ(sink.seen[i].event->data().eventId, sink.seen[0].event->data().eventId);
  }
  EXPECT_GT(sink.seen.size(), 1'000u);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
}

TEST_F(DispatcherFailureTest, ASuccessDrainsAtOnce) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return laneFailure(); };
  for (int i = 0; i < 50; ++i) append("chat" + std::to_string(i % 5));
  advance(seconds(20));
  sink.policy = [](const Seen&) { return ok(); };
  sink.seen.clear();
  advance(seconds(30));
  EXPECT_EQ(sink.seen.size(), 50u);
  EXPECT_EQ(lane().low, 50u);
  EXPECT_EQ(lane().failingSinceUs, 0);
  EXPECT_EQ(cursor().failingSinceUs, 0);
}

TEST_F(DispatcherFailureTest, WhatIsInFlightWhenTheLanePausesIsOneStep) {
  subscribe(spec());
  for (int i = 0; i < 8; ++i) append("chat" + std::to_string(i));
  ASSERT_EQ(sink.pending.size(), 8u);
  sink.answerAll(laneFailure());
  advance(milliseconds(999));
  EXPECT_EQ(sink.seen.size(), 8u);
  advance(milliseconds(1));
  ASSERT_EQ(sink.seen.size(), 9u);
  EXPECT_EQ(sink.seen.back().sequence(), 1u);
  EXPECT_EQ(sink.pending.size(), 1u);
  sink.answerAll(laneFailure());
  advance(milliseconds(1'999));
  EXPECT_EQ(sink.seen.size(), 9u);
}

TEST_F(DispatcherFailureTest, AFailingLaneHoldsOneCreditAtMost) {
  const auto id = subscribe(spec());
  dispatcher->enable(id, 8);
  for (int i = 0; i < 20; ++i) append("chat" + std::to_string(i));
  sink.answerAll(laneFailure());
  sink.most = 0;
  for (int i = 0; i < 20; ++i) append("more" + std::to_string(i));
  advance(minutes(1));
  EXPECT_EQ(sink.most, 1u);
  EXPECT_EQ(lane().inFlight, 1u);
}

TEST_F(DispatcherFailureTest, RetryAfterIsHonoured) {
  subscribe(spec());
  append("a");
  sink.answerAll(laneFailure(seconds(90)));
  advance(seconds(89));
  EXPECT_EQ(sink.seen.size(), 1u);
  advance(seconds(1));
  EXPECT_EQ(sink.seen.size(), 2u);
}

TEST_F(DispatcherFailureTest, NoAnswerByTheDeadlineIsALaneFailure) {
  subscribe(spec());
  append("a");
  advance(seconds(60));
  EXPECT_THAT(sink.revoked, ElementsAre(1));
  EXPECT_TRUE(lane().probing);
  advance(seconds(1));
  ASSERT_EQ(sink.seen.size(), 2u);
  sink.answer(sink.seen[1].attempt.token);
  EXPECT_FALSE(lane().probing);
  EXPECT_EQ(dispatcher->counters().unanswered, 1u);
}

TEST_F(DispatcherFailureTest, AHeadEventThatIsNeverAnsweredIsADeadLetterAndTheLaneGoesOn) {
  subscribe(spec());
  sink.policy = [](const Seen& one) -> std::optional<Outcome> {
    if (one.sequence() == 2) return std::nullopt;
    return ok();
  };
  for (int i = 0; i < 5; ++i) append("chat" + std::to_string(i));
  for (int i = 0; i < 3; ++i) append("chat1");
  advance(minutes(5));
  const auto dead = store.tables().deadLetters;
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].sequence, 2u);
  EXPECT_EQ(dead[0].attempts, 3u);
  EXPECT_THAT(dead[0].reason, HasSubstr("no answer"));
  EXPECT_EQ(cursor().low, 8u);
  EXPECT_EQ(lane().deadLetters, 1u);
  EXPECT_FALSE(lane().probing);
}

TEST_F(DispatcherFailureTest, OnlyTheHeadIsBlamedWhenAHangingCallHoldsUpTheOthers) {
  subscribe(spec());
  // A strand: while the first event hangs, nothing behind it is answered either.
  sink.policy = [](const Seen& one) -> std::optional<Outcome> {
    if (one.attempt.number == 1 || one.sequence() == 1) return std::nullopt;
    return ok();
  };
  for (int i = 0; i < 8; ++i) append("chat" + std::to_string(i));
  advance(minutes(10));
  const auto dead = store.tables().deadLetters;
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].sequence, 1u);
  EXPECT_EQ(cursor().low, 8u);
}

TEST_F(DispatcherFailureTest, AnEventFailureIsRetriedAfterOneAndTenSecondsThenADeadLetter) {
  subscribe(spec());
  sink.policy = [](const Seen& one) { return one.sequence() == 1 ? eventFailure() : ok(); };
  append("a", kInstance, "messages.upsert", 0, R"({"text":"hello"})");
  append("a");
  append("b");
  advance(seconds(30));
  EXPECT_THAT(secondsOf(1), ElementsAre(0, 1, 11));
  EXPECT_THAT(secondsOf(2), ElementsAre(11));
  EXPECT_THAT(secondsOf(3), ElementsAre(0));
  const auto dead = store.tables().deadLetters;
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead[0].subscription, "webhook/events");
  EXPECT_EQ(dead[0].instance, kInstance);
  EXPECT_EQ(dead[0].reason, "422");
  EXPECT_EQ(dead[0].attempts, 3u);
  EXPECT_EQ(dead[0].firstAttemptAtUs, startUs);
  ASSERT_TRUE(dead[0].event);
  EXPECT_EQ(dead[0].event->body, R"({"text":"hello"})");
  EXPECT_EQ(cursor().low, 3u);
}

TEST_F(DispatcherFailureTest, ADeadLetterIsWrittenBeforeTheCursorPassesIt) {
  subscribe(spec());
  sink.policy = [](const Seen&) { return eventFailure(); };
  append("a");
  advance(seconds(10));
  store.refuse(true);
  advance(seconds(5));
  EXPECT_EQ(dispatcher->counters().deadLetters, 1u);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
  EXPECT_EQ(cursor().low, 0u);
  store.refuse(false);
  advance(seconds(5));
  EXPECT_EQ(store.tables().deadLetters.size(), 1u);
  EXPECT_EQ(cursor().low, 1u);
}

TEST_F(DispatcherFailureTest, AnEventFailureOfAProbeMeansTheEndpointIsBack) {
  subscribe(spec());
  append("a");
  append("b");
  sink.answerAll(laneFailure());
  advance(seconds(1));
  sink.policy = [](const Seen& one) { return one.sequence() == 1 ? eventFailure() : ok(); };
  sink.answer(sink.pending.begin()->first, eventFailure());
  EXPECT_FALSE(lane().probing);
  EXPECT_EQ(sink.seen.back().sequence(), 2u);
}

TEST_F(DispatcherFailureTest, WhatIsReturnedComesAgainAndCountsAsNothing) {
  subscribe(spec());
  append("a");
  sink.answerAll(returned());
  EXPECT_FALSE(lane().probing);
  advance(seconds(2));
  ASSERT_EQ(sink.seen.size(), 2u);
  EXPECT_EQ(sink.seen.back().attempt.number, 1u) << "a limit of attempts does not feel it";
  sink.answerAll();
  EXPECT_EQ(cursor().low, 1u);
  EXPECT_EQ(store.tables().deadLetters.size(), 0u);
}

TEST_F(DispatcherFailureTest, AGoneEndpointSuspendsTheLaneAtOnceAndKeepsItsEvents) {
  const auto id = subscribe(spec());
  append("a");
  append("a");
  sink.answerAll(gone());
  EXPECT_EQ(lane().state, LaneState::suspended);
  EXPECT_EQ(lane().reason, "410");
  EXPECT_EQ(cursor().state, static_cast<std::uint8_t>(LaneState::suspended));
  advance(hours(1));
  EXPECT_EQ(sink.seen.size(), 1u);
  EXPECT_EQ(lane().head - lane().low, 3u);  // with the event that tells of it
  sink.policy = [](const Seen&) { return ok(); };
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 1, 2));
  EXPECT_EQ(lane().state, LaneState::active);
}

TEST_F(DispatcherFailureTest, ASuspensionIsAnEventForThoseWhoNameIt) {
  auto watch = spec("watch");
  watch.filter = *events::Filter::parse(R"({"types":["delivery.suspended"]})");
  FakeSink watcher(clock);
  watcher.dispatcher = dispatcher.get();
  watcher.policy = [](const Seen&) { return ok(); };
  const auto watching = dispatcher->subscribe(watch, watcher);
  ASSERT_TRUE(watching);
  dispatcher->enable(*watching, kInstance);
  subscribe(spec());
  append("a");
  sink.answerAll(gone());
  ASSERT_EQ(watcher.seen.size(), 1u);
  EXPECT_EQ(watcher.seen[0].event->data().typeName, "delivery.suspended");
  EXPECT_EQ(
      watcher.seen[0].event->data().body,
      R"({"subscription":"webhook/events","reason":"410","since":"2023-11-14T22:13:20.000Z"})");
  EXPECT_EQ(dispatcher->counters().suspensions, 1u);
}

TEST_F(DispatcherFailureTest, ASuspensionThatCouldNotBeToldIsToldLater) {
  subscribe(spec());
  append("a");
  log->refusals = 2;
  sink.answerAll(gone());
  EXPECT_EQ(cursor().state, static_cast<std::uint8_t>(LaneState::active));
  advance(seconds(11));
  EXPECT_EQ(store.tables().events[kInstance].back().typeName, "delivery.suspended");
  EXPECT_EQ(cursor().state, static_cast<std::uint8_t>(LaneState::suspended));
}

TEST_F(DispatcherFailureTest, NewSettingsProbeAtOnce) {
  const auto id = subscribe(spec());
  sink.policy = [](const Seen&) { return laneFailure(); };
  append("a");
  advance(minutes(10));
  sink.policy = [](const Seen&) { return ok(); };
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_EQ(cursor().low, 1u);
}

TEST_F(DispatcherFailureTest, AnotherChatGoesOnWhileOneWaitsForItsRetryButNotWithoutBound) {
  subscribe(spec());
  sink.policy = [](const Seen& one) -> std::optional<Outcome> {
    if (one.sequence() == 1) return std::nullopt;
    return ok();
  };
  append("stuck");
  for (int i = 0; i < 600; ++i) append("chat" + std::to_string(i % 3));
  executor.runAll();
  EXPECT_EQ(lane().low, 0u);
  EXPECT_LE(sink.seen.size(), 257u);
  EXPECT_GE(sink.seen.size(), 250u);
  sink.answer(sink.seen[0].attempt.token);
  executor.runAll();
  EXPECT_EQ(lane().low, 601u);
  EXPECT_EQ(sink.seen.size(), 601u);
}

}  // namespace
}  // namespace colibri::delivery::testing
