// What would leave a lane standing still for good, let it run ahead of its cursor, or skip an
// event.
#include <gmock/gmock.h>

#include <set>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StuckTest : public World {
 protected:
  void isBack() {
    sink.seen.clear();
    sink.policy = [](const Seen&) { return ok(); };
  }
  /// Of chat "dead", which then is marked to be delivered again; its page is about to be read.
  void replayIsBeingRead() {
    sink.policy = [](const Seen&) { return eventFailure(); };
    append("dead");
    advance(seconds(12));
    ASSERT_THAT(store.tables().deadLetters, SizeIs(1));
    sink.policy = nullptr;
    sink.seen.clear();
    store.change([this](auto& tables) { tables.deadLetters[0].replayAtUs = clock.nowUs(); });
    dispatcher->replaysMarked(kInstance, "webhook/events");
    ASSERT_GT(executor.waiting(), 0u);
  }
};

TEST_F(StuckTest, AnAttemptThatIsNeverAnsweredGivesItsCreditBack) {
  auto narrow = spec();
  narrow.maxInFlight = narrow.maxInFlightPerInstance = 1;
  subscribe(narrow);
  append("a");
  ASSERT_THAT(sink.seen, SizeIs(1));
  advance(seconds(60));
  EXPECT_THAT(sink.revoked, ElementsAre(1));
  isBack();
  advance(seconds(1));
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
}

TEST_F(StuckTest, ALongerRetryAfterOfWhatWasInFlightLengthensThePauseAndAShorterDoesNotEndIt) {
  subscribe(spec());
  for (const auto* chat : {"a", "b", "c"}) append(chat);
  ASSERT_THAT(sink.seen, SizeIs(3));
  sink.answer(sink.seen[0].attempt.token, laneFailure());
  sink.answer(sink.seen[1].attempt.token, laneFailure(seconds(90)));
  sink.answer(sink.seen[2].attempt.token, laneFailure(seconds(5)));
  isBack();
  advance(seconds(89));
  EXPECT_THAT(sink.seen, IsEmpty());
  advance(seconds(1));
  EXPECT_THAT(sink.seen, SizeIs(3));
}

/// The cursor's row has room for so many; those in flight will be among them.
TEST_F(StuckTest, BehindAHeadThatIsTriedAgainNoMoreIsHandedOverThanTheCursorHolds) {
  subscribe(spec());
  sink.policy = [](const Seen& one) -> std::optional<Outcome> {
    if (one.sequence() == 1) return eventFailure();
    return std::nullopt;
  };
  append("head");
  for (int i = 0; i < 300; ++i) append("chat" + std::to_string(i));
  sink.answerAll();
  executor.runAll();
  sink.answerAll();
  EXPECT_EQ(sink.seen.size(), 1u + 256);
  EXPECT_EQ(cursor().low, 0u);
  EXPECT_THAT(cursor().doneAbove, SizeIs(256));
  sink.policy = [](const Seen&) { return ok(); };
  advance(seconds(1));
  EXPECT_EQ(lane().low, 301u);
}

TEST_F(StuckTest, AProbeThatIsReturnedIsMadeAgain) {
  subscribe(spec());
  append("a");
  sink.answerAll(laneFailure());
  advance(seconds(1));
  ASSERT_THAT(sink.pending, SizeIs(1));
  sink.answer(sink.pending.begin()->first, returned());
  EXPECT_TRUE(lane().probing);
  isBack();
  advance(seconds(1));
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
  EXPECT_FALSE(lane().probing);
  append("b");
  EXPECT_THAT(sink.sequences(), ElementsAre(1, 2));
}

/// The lane was let go while the page was read: what it put back lies before the page.
TEST_F(StuckTest, APageThatWasReadBeforeTheLaneFailedSkipsNothing) {
  options.pageEvents = 4;
  restart();
  subscribe(spec());
  for (int i = 0; i < 20; ++i) append("chat" + std::to_string(i));
  ASSERT_THAT(sink.sequences(), ElementsAre(1, 2, 3, 4));
  executor.runAll();
  sink.answer(sink.seen[0].attempt.token);
  sink.answer(sink.seen[1].attempt.token);
  ASSERT_GT(executor.waiting(), 0u);  // the page
  sink.answer(sink.seen[2].attempt.token, laneFailure());
  executor.runAll();
  sink.answer(sink.seen[3].attempt.token);
  isBack();
  advance(seconds(10));
  const auto all = sink.sequences();
  const std::set<std::uint64_t> delivered(all.begin(), all.end());
  EXPECT_THAT(delivered, SizeIs(17));
  EXPECT_TRUE(delivered.contains(3));
  EXPECT_EQ(lane().low, 20u);
}

TEST_F(StuckTest, ALaneThatFailsWhileItsReplaysAreReadReplaysWhenItIsBack) {
  subscribe(spec());
  replayIsBeingRead();
  append("b");
  sink.answerAll(laneFailure());
  executor.runAll();
  isBack();
  advance(seconds(5));
  EXPECT_THAT(sink.sequences(), ElementsAre(2, 1));
  EXPECT_THAT(store.tables().deadLetters, IsEmpty());
}

TEST_F(StuckTest, ALaneThatIsSwitchedOffWhileItsReplaysAreReadReplaysOnceItIsOnAgain) {
  const auto id = subscribe(spec());
  replayIsBeingRead();
  dispatcher->disable(id, kInstance);
  executor.runAll();
  isBack();
  dispatcher->enable(id, kInstance);
  executor.runAll();
  EXPECT_THAT(sink.sequences(), ElementsAre(1));
  EXPECT_THAT(store.tables().deadLetters, IsEmpty());
}

TEST_F(StuckTest, AReplayThatIsPurgedWhileItIsReadIsNotDelivered) {
  subscribe(spec());
  replayIsBeingRead();
  store.change([](auto& tables) {
    auto& letters = tables.deadLetters;
    letters.push_back(letters[0]);
    letters[1].id = ++tables.lastLetter;
    letters[0].event->expiresAtUs = letters[0].event->recordedAtUs + 1;
  });
  isBack();
  store.hold(true);
  executor.runAll();  // the page waits until it is written down that the first one has expired
  store.change([](auto& tables) { tables.deadLetters.clear(); });
  dispatcher->deadLettersPurged(kInstance);
  store.hold(false);
  ASSERT_EQ(store.commitHeld(), 1u);
  executor.runAll();
  EXPECT_THAT(sink.seen, IsEmpty());
}

}  // namespace
}  // namespace colibri::delivery::testing
