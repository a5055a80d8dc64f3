#include <gmock/gmock.h>

#include "store/lifetimes.hpp"
#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

DeadLetterRow aLetter(InstanceKey instance, std::uint64_t sequence, const std::string& body) {
  DeadLetterRow letter;
  letter.subscription = "webhook/all";
  letter.instance = instance;
  letter.sequence = sequence;
  letter.reason = "400";
  letter.attempts = 3;
  letter.firstAttemptAtUs = 1;
  letter.deadAtUs = static_cast<std::int64_t>(10 * sequence);
  letter.event = anEvent(instance, body).event;
  letter.event->sequence = sequence;
  return letter;
}

std::vector<std::uint64_t> sequencesOf(const Result<std::vector<DeadLetterRow>>& letters) {
  std::vector<std::uint64_t> sequences;
  for (const auto& letter : *letters) sequences.push_back(letter.sequence);
  return sequences;
}

TEST_P(StoreSuite, ListsDeadLettersOldestFirstWithoutTheirBodies) {
  auto bare = aLetter(1, 6, "");
  bare.event.reset();
  ASSERT_TRUE(commit(*store_, {AddDeadLetter{aLetter(1, 5, "body")}, AddDeadLetter{bare},
                               AddDeadLetter{aLetter(2, 5, "b")}}));
  reopen();
  const auto all = *store_->read(ask::DeadLetters{{.instance = 1}, 0, 10});
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_LT(all[0].id, all[1].id);
  EXPECT_EQ(all[0].event->body, "");
  EXPECT_EQ(all[0].bodyBytes, 4u);
  EXPECT_EQ(all[0].event->sequence, 5u);
  EXPECT_EQ(all[0].event->chatId, "chat@s.whatsapp.net");
  EXPECT_EQ(all[0].event->instance, 1u);
  EXPECT_EQ(all[0].reason, "400");
  EXPECT_EQ(all[0].attempts, 3u);
  EXPECT_EQ(all[0].firstAttemptAtUs, 1);
  EXPECT_EQ(all[0].deadAtUs, 50);
  EXPECT_EQ(all[0].replayAtUs, 0);
  EXPECT_FALSE(all[1].event);
  EXPECT_EQ(all[1].bodyBytes, 0u);
  EXPECT_THAT(sequencesOf(store_->read(ask::DeadLetters{{.instance = 1}, all[0].id, 10})),
              ElementsAre(6));
  EXPECT_THAT(sequencesOf(store_->read(ask::DeadLetters{{.instance = 1}, 0, 1})), ElementsAre(5));
}

TEST_P(StoreSuite, SumsTheBytesOfAnInstancesDeadLetters) {
  EXPECT_EQ(*store_->read(ask::DeadLetterBytes{1}), 0U);
  auto bare = aLetter(1, 6, "");
  bare.event.reset();
  ASSERT_TRUE(
      commit(*store_, {AddDeadLetter{aLetter(1, 5, "body")}, AddDeadLetter{bare},
                       AddDeadLetter{aLetter(1, 7, "12")}, AddDeadLetter{aLetter(2, 5, "b")}}));
  EXPECT_EQ(*store_->read(ask::DeadLetterBytes{1}), 6U);
  EXPECT_EQ(*store_->read(ask::DeadLetterBytes{2}), 1U);
}

TEST_P(StoreSuite, FiltersDeadLettersByLaneTypeChatAndTime) {
  auto other = aLetter(1, 2, "b");
  other.subscription = "rabbitmq/all";
  auto type = aLetter(1, 3, "b"), chat = aLetter(1, 4, "b");
  type.event->typeName = "qrcode.updated";
  chat.event->chatId = std::string("another\0chat", 12);
  ASSERT_TRUE(commit(*store_, {AddDeadLetter{aLetter(1, 1, "b")}, AddDeadLetter{other},
                               AddDeadLetter{type}, AddDeadLetter{chat}}));
  const auto found = [&](DeadLetterFilter filter) {
    filter.instance = 1;
    return sequencesOf(store_->read(ask::DeadLetters{filter, 0, 10}));
  };
  EXPECT_THAT(found({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(found({.subscription = "rabbitmq/all"}), ElementsAre(2));
  EXPECT_THAT(found({.typeName = "qrcode.updated"}), ElementsAre(3));
  EXPECT_THAT(found({.chatId = chat.event->chatId}), ElementsAre(4));
  EXPECT_THAT(found({.diedFromUs = 20, .diedBeforeUs = 40}), ElementsAre(2, 3));
  EXPECT_THAT(found({.subscription = "webhook/all", .diedFromUs = 20}), ElementsAre(3, 4));
  EXPECT_THAT(found({.subscription = "nobody/all"}), IsEmpty());
}

TEST_P(StoreSuite, ShowsOneDeadLetterWholeToItsInstanceOnly) {
  ASSERT_TRUE(commit(*store_, {AddDeadLetter{aLetter(1, 5, std::string("b\0dy", 4))}}));
  const auto id = store_->read(ask::DeadLetters{{.instance = 1}, 0, 1})->front().id;
  const auto letter = *store_->read(ask::DeadLetter{1, id});
  ASSERT_TRUE(letter);
  EXPECT_EQ(letter->event->body, std::string("b\0dy", 4));
  EXPECT_EQ(letter->bodyBytes, 4u);
  EXPECT_FALSE(*store_->read(ask::DeadLetter{2, id}));
  EXPECT_FALSE(*store_->read(ask::DeadLetter{1, id + 1}));
}

TEST_P(StoreSuite, ADeadLetterIsMarkedAndReturnedAndRemovedAndItsIdIsNotUsedAgain) {
  ASSERT_TRUE(
      commit(*store_, {AddDeadLetter{aLetter(1, 1, "one")}, AddDeadLetter{aLetter(1, 2, "two")},
                       AddDeadLetter{aLetter(1, 3, "three")}, AddDeadLetter{aLetter(2, 1, "b")}}));
  const auto rows = *store_->read(ask::DeadLetters{{.instance = 1}, 0, 10});
  EXPECT_THAT(*store_->read(ask::MarkedDeadLetters{"webhook/all", 1, 10, 1000}), IsEmpty());
  ASSERT_TRUE(commit(*store_, {MarkDeadLetter{rows[0].id, 77}, MarkDeadLetter{rows[2].id, 78},
                               MarkDeadLetter{4711, 79}}));
  reopen();
  const auto marked = *store_->read(ask::MarkedDeadLetters{"webhook/all", 1, 10, 1000});
  ASSERT_THAT(marked, SizeIs(2));
  EXPECT_EQ(marked[0].event->body, "one");
  EXPECT_EQ(marked[0].replayAtUs, 77);
  EXPECT_EQ(marked[1].event->body, "three");
  EXPECT_THAT(*store_->read(ask::MarkedDeadLetters{"webhook/all", 1, 1, 1000}), SizeIs(1));
  EXPECT_THAT(*store_->read(ask::MarkedDeadLetters{"webhook/all", 1, 10, 3}), SizeIs(1))
      << "bytes are enough";
  EXPECT_THAT(*store_->read(ask::MarkedDeadLetters{"webhook/all", 2, 10, 1000}), IsEmpty());
  EXPECT_THAT(sequencesOf(store_->read(ask::DeadLetters{{.instance = 1, .marked = false}, 0, 10})),
              ElementsAre(2));

  ASSERT_TRUE(commit(*store_, {ReturnDeadLetter{rows[0].id, "422", 4, 99},
                               RemoveDeadLetter{rows[2].id}, ReturnDeadLetter{4711, "", 0, 0}}));
  EXPECT_THAT(*store_->read(ask::MarkedDeadLetters{"webhook/all", 1, 10, 1000}), IsEmpty());
  const auto returned = *store_->read(ask::DeadLetter{1, rows[0].id});
  EXPECT_EQ(returned->reason, "422");
  EXPECT_EQ(returned->attempts, 4u);
  EXPECT_EQ(returned->deadAtUs, 99);
  EXPECT_EQ(returned->replayAtUs, 0);
  EXPECT_EQ(returned->event->body, "one");
  ASSERT_TRUE(commit(*store_, {AddDeadLetter{aLetter(1, 4, "b")}}));
  EXPECT_GT(store_->read(ask::DeadLetters{{.instance = 1}, 0, 10})->back().id, rows[2].id + 1);
}

TEST_P(StoreSuite, CountsTheDeadLettersOfEachLane) {
  auto other = aLetter(1, 2, "b");
  other.subscription = "rabbitmq/all";
  ASSERT_TRUE(commit(*store_, {AddDeadLetter{aLetter(1, 1, "b")}, AddDeadLetter{aLetter(1, 3, "b")},
                               AddDeadLetter{other}, AddDeadLetter{aLetter(2, 1, "b")}}));
  ASSERT_TRUE(commit(
      *store_,
      {MarkDeadLetter{store_->read(ask::DeadLetters{{.instance = 1}, 0, 1})->front().id, 7}}));
  const auto all = *store_->read(ask::DeadLetterCounts{0});
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].subscription, "rabbitmq/all");
  EXPECT_EQ(all[0].letters, 1u);
  EXPECT_EQ(all[0].marked, 0u);
  EXPECT_EQ(all[1].instance, 1u);
  EXPECT_EQ(all[1].letters, 2u);
  EXPECT_EQ(all[1].marked, 1u);
  EXPECT_EQ(all[2].instance, 2u);
  EXPECT_THAT(*store_->read(ask::DeadLetterCounts{2}), SizeIs(1));
}

TEST_P(StoreSuite, KeepsTheLastAttemptsOfALane) {
  Batch batch;
  for (std::uint64_t number = 1; number <= kAttemptsKept + 7; ++number)
    batch.push_back(PutAttempt{{"webhook/all", 1, number, "attempt " + std::to_string(number)}});
  batch.push_back(PutAttempt{{"rabbitmq/all", 1, 1, "other"}});
  batch.push_back(PutAttempt{{"webhook/all", 2, 1, "of two"}});
  ASSERT_TRUE(commit(*store_, std::move(batch)));
  reopen();
  const auto rows = *store_->read(ask::Attempts{"webhook/all", 1, 1000});
  ASSERT_THAT(rows, SizeIs(kAttemptsKept));
  EXPECT_EQ(rows.front().number, kAttemptsKept + 7);
  EXPECT_EQ(rows.front().entry, "attempt " + std::to_string(kAttemptsKept + 7));
  EXPECT_EQ(rows.back().number, 8u);
  EXPECT_THAT(*store_->read(ask::Attempts{"webhook/all", 1, 1}), SizeIs(1));
  EXPECT_EQ(store_->read(ask::Attempts{"webhook/all", 2, 9})->front().entry, "of two");
  EXPECT_THAT(*store_->read(ask::Attempts{"nobody/all", 1, 9}), IsEmpty());
}

}  // namespace
}  // namespace colibri::store
