#include "delivery/old_letters.hpp"

#include <gmock/gmock.h>

#include "delivery/testing/world.hpp"

namespace colibri::delivery::testing {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OldLettersTest : public World {
 protected:
  /// A letter that died so long ago. The lane need not be there any more.
  void letter(hours ago, std::int64_t replayAtUs = 0, InstanceKey instance = kInstance,
              std::uint64_t bodyBytes = 0) {
    store.change([&](auto& tables) {
      store::DeadLetterRow row;
      row.id = ++tables.lastLetter;
      row.instance = instance;
      row.subscription = "webhook/events";
      row.deadAtUs = clock.nowUs() - std::chrono::microseconds(ago).count();
      row.replayAtUs = replayAtUs;
      row.bodyBytes = bodyBytes;
      tables.deadLetters.push_back(std::move(row));
    });
  }
  std::vector<std::uint64_t> left() {
    std::vector<std::uint64_t> ids;
    for (const auto& row : store.tables().deadLetters) ids.push_back(row.id);
    return ids;
  }

  Deliveries deliveries{*dispatcher, log, store, executor, *kept};
  OldLetters letters{deliveries, store, executor, timers, *kept, {.keepFor = hours(48)}};
};

TEST_F(OldLettersTest, GoOnceTheyAreTooOldAndAreCounted) {
  letter(hours(50));
  letter(hours(47), 0, 9);
  letter(hours(1));
  letters.start();
  advance(std::chrono::minutes(61));
  EXPECT_THAT(left(), ElementsAre(2, 3));
  EXPECT_EQ(letters.removed(), 1u);
  advance(hours(1));
  EXPECT_THAT(left(), ElementsAre(3));
  advance(hours(48));
  EXPECT_THAT(left(), IsEmpty());
  EXPECT_EQ(letters.removed(), 3u);
}

TEST_F(OldLettersTest, AClockThatJumpsMakesNoneTooOld) {
  letter(hours(1));
  letters.start();
  for (const auto days : {400, -800, 400}) {
    clock.jump(hours(days * 24));
    letter(hours(0));
    advance(hours(3));
    EXPECT_EQ(letters.removed(), 0u) << days;
  }
  clock.jump(hours(-400 * 24));
  advance(hours(1));
  letter(hours(0));
  clock.jump(hours(400 * 24));
  advance(hours(3));
  EXPECT_THAT(left(), SizeIs(5));
  advance(hours(50));
  EXPECT_EQ(letters.removed(), 4u);  // one was stamped while the clock was ahead of all others
}

TEST_F(OldLettersTest, ThatAreToBeDeliveredAgainStay) {
  letter(hours(50), 1);
  letter(hours(50));
  letters.start();
  advance(hours(2));
  EXPECT_THAT(left(), ElementsAre(1));
}

TEST_F(OldLettersTest, MoreThanOneCallRemovesGoAllTheSame) {
  for (unsigned i = 0; i < Deliveries::kLettersAtOnce + 5; ++i) letter(hours(50));
  letters.start();
  advance(std::chrono::minutes(61));
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(OldLettersTest, AreTriedAgainWhenTheStoreRefuses) {
  letter(hours(50));
  letters.start();
  store.refuseReads(true);
  advance(std::chrono::minutes(61));
  EXPECT_THAT(left(), SizeIs(1));
  store.refuseReads(false);
  advance(hours(1));
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(OldLettersTest, AttackByAReceiverThatRejectsEverythingStopsAtTheLimitTheOldestGo) {
  OldLetters few(deliveries, store, executor, timers, clock, {.most = 5});
  for (int i = 0; i < 8; ++i) letter(hours(1));
  letter(hours(1), 1);  // the ninth: to be delivered again
  letter(hours(1), 0, 9);
  few.start();
  advance(std::chrono::minutes(11));
  EXPECT_THAT(left(), ElementsAre(5, 6, 7, 8, 9, 10)) << "five of it, and the other's";
  EXPECT_EQ(few.overLimit(), 4u);
  EXPECT_EQ(few.removed(), 0u);
}

TEST_F(OldLettersTest, TheirBytesCountToo) {
  OldLetters small(deliveries, store, executor, timers, clock, {.mostBytes = 1000});
  for (int i = 0; i < 30; ++i) letter(hours(1), 0, kInstance, 100);
  small.start();
  advance(std::chrono::minutes(11));
  EXPECT_THAT(left(), SizeIs(10));
  EXPECT_EQ(left().front(), 21u);
  EXPECT_EQ(small.overLimit(), 20u);
}

TEST_F(OldLettersTest, StayForEverIfNoTimeIsSetAndAfterTheEnd) {
  letter(hours(50));
  OldLetters never(deliveries, store, executor, timers, clock, {});
  never.start();
  letters.start();
  letters.stop();
  advance(hours(2));
  EXPECT_THAT(left(), SizeIs(1));
}

}  // namespace
}  // namespace colibri::delivery::testing
