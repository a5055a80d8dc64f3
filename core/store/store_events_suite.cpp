#include <gmock/gmock.h>

#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(StoreSuite, GivesEachInstanceItsOwnSequencesFromOneWithoutGaps) {
  const auto first = commit(*store_, {anEvent(1, "a"), anEvent(1, "b"), anEvent(2, "c")});
  EXPECT_THAT(first->sequences, ElementsAre(1, 2, 1));
  reopen();
  EXPECT_THAT(commit(*store_, {anEvent(1, "d")})->sequences, ElementsAre(3));
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(1, 2, 3));
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 3u);
  EXPECT_EQ(*store_->read(ask::LastSequence{9}), 0u);
}

TEST_P(StoreSuite, ReturnsAnEventAsItWasGiven) {
  auto change = anEvent(1, std::string("\0bytes\xff", 7));
  change.event.sealed = true;
  ASSERT_TRUE(commit(*store_, {change}));
  const auto rows = *store_->read(ask::Events{1, 0, 10, 1000});
  ASSERT_THAT(rows, SizeIs(1));
  const auto &got = rows[0], &put = change.event;
  EXPECT_EQ(std::tie(got.instance, got.eventId, got.type, got.typeName, got.flags, got.schemaMajor,
                     got.schemaMinor, got.occurredAtUs, got.recordedAtUs, got.expiresAtUs,
                     got.ownerJid, got.chatId, got.body, got.sealed),
            std::tie(put.instance, put.eventId, put.type, put.typeName, put.flags, put.schemaMajor,
                     put.schemaMinor, put.occurredAtUs, put.recordedAtUs, put.expiresAtUs,
                     put.ownerJid, put.chatId, put.body, put.sealed));
}

TEST_P(StoreSuite, TakesTextsOfOthersThatAreNoUtf8) {
  auto change = anEvent(1, "{}");
  change.event.chatId = std::string("\0chat\xff", 6);
  change.event.ownerJid = "\xc3";
  ASSERT_TRUE(commit(*store_, {change}));
  const auto rows = *store_->read(ask::Events{1, 0, 10, 1000});
  EXPECT_EQ(rows.at(0).chatId, change.event.chatId);
  EXPECT_EQ(rows.at(0).ownerJid, change.event.ownerJid);
}

TEST_P(StoreSuite, ReadsEventsInPagesBoundedByRowsAndBytes) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(commit(*store_, {anEvent(1, std::string(100, 'x'))}));
  EXPECT_THAT(*store_->read(ask::Events{1, 1, 2, 1 << 20}), SizeIs(2));
  EXPECT_EQ(store_->read(ask::Events{1, 1, 2, 1 << 20})->front().sequence, 2u);
  EXPECT_THAT(*store_->read(ask::Events{1, 0, 100, 150}), SizeIs(2));
  EXPECT_THAT(*store_->read(ask::Events{1, 0, 100, 1}), SizeIs(1));
  EXPECT_THAT(*store_->read(ask::Events{1, 5, 100, 1}), IsEmpty());
}

TEST_P(StoreSuite, NeverGivesASequenceAgainAfterEventsAreDropped) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "a"), anEvent(1, "b"), anEvent(1, "c")}));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 2}}));
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(3));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 3}}));
  EXPECT_THAT(sequencesOf(*store_, 1), IsEmpty());
  reopen();
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 3u);
  EXPECT_THAT(commit(*store_, {anEvent(1, "d")})->sequences, ElementsAre(4));
}

TEST_P(StoreSuite, DroppingEventsOfAnUnknownInstanceLeavesNoRow) {
  ASSERT_TRUE(commit(*store_, {DropEvents{7, 100}}));
  EXPECT_EQ(*store_->read(ask::RowCount{7}), 0u);
}

TEST_P(StoreSuite, SkipsARepeatOfADedupeKeyPerInstance) {
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id"), anEvent(1, "a", "id")})->sequences,
              ElementsAre(1, 0));
  EXPECT_THAT(commit(*store_, {anEvent(2, "a", "id")})->sequences, ElementsAre(1));
  reopen();
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id"), anEvent(1, "b", "other")})->sequences,
              ElementsAre(0, 2));
}

TEST_P(StoreSuite, RemembersADedupeKeyAfterItsEventWasDropped) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "a", "id"), DropEvents{1, 1}}));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(0));
}

TEST_P(StoreSuite, ForgetsADedupeKeyAfterThirtyDays) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "a", "id")}));
  clock_.advance(std::chrono::hours(30 * 24));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(0));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(2));
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(0));
}

}  // namespace
}  // namespace colibri::store
