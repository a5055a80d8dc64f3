#include <gmock/gmock.h>

#include "base/kept_clock.hpp"
#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

using testing::ElementsAre;

/// A row in every table.
Batch everythingOf(InstanceKey instance, const std::string& name) {
  DeadLetterRow letter;
  letter.subscription = "webhook/all";
  letter.instance = instance;
  letter.event = anEvent(instance, "{}").event;
  return {PutInstance{anInstance(instance, name)},
          PutSettings{{instance, "webhook", "{}"}},
          anEvent(instance, "{}", "network-id"),
          PutCursor{aCursor(instance)},
          AddDeadLetter{letter},
          PutAttempt{{"webhook/all", instance, 1, "entry"}},
          PutIdempotency{{instance, "k", "h", "m", 0, "", 1}},
          KvPut{"baileys", instance, "creds", "value"}};
}

TEST_P(StoreSuite, HidesAndDropsWhatHasExpired) {
  const auto now = clock_.nowUs();
  ASSERT_TRUE(
      commit(*store_, {KvPut{"p", 1, "brief", "v", false, now}, KvPut{"p", 1, "long", "v"},
                       anEvent(1, "a", "id"), PutIdempotency{{1, "key", "h", "m", 0, "", now}}}));
  const std::vector<std::string> keys = {"brief", "long"};
  EXPECT_TRUE(store_->read(ask::Entries{"p", 1, keys})->at(0).value);
  clock_.advance(std::chrono::microseconds(1));
  EXPECT_FALSE(store_->read(ask::Entries{"p", 1, keys})->at(0).value);
  EXPECT_TRUE(store_->read(ask::Entries{"p", 1, keys})->at(1).value);
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 5u);
  ASSERT_TRUE(commit(*store_, {DropExpired{clock_.nowUs()}}));
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 4u) << "the brief key-value entry is gone";
  clock_.advance(std::chrono::hours(31 * 24));
  ASSERT_TRUE(commit(*store_, {DropExpired{clock_.nowUs()}}));
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 2u) << "the event and the long entry stay";
}

TEST_P(StoreSuite, NothingEndsByAWallThatJumpsAndAllEndsByTheTimeThatPassed) {
  KeptClock kept(clock_);
  kept.resumeFrom(0);
  store_.reset();
  const auto store = harness_->open(kept, &sealer_);
  const std::vector<std::string> brief = {"brief"};
  const auto now = kept.keptUs();
  ASSERT_TRUE(
      commit(*store, {KvPut{"p", 1, "brief", "v", false, now + 60'000'000}, anEvent(1, "a", "id"),
                      PutIdempotency{{1, "key", "h", "m", 0, "", now}}}));
  for (const auto days : {400, -800, 400}) {
    clock_.jump(std::chrono::hours(days * 24));
    ASSERT_TRUE(commit(*store, {DropExpired{kept.keptUs()}}));
    EXPECT_TRUE(store->read(ask::Entries{"p", 1, brief})->at(0).value) << days;
    EXPECT_TRUE(*store->read(ask::Idempotency{1, "key"})) << days;
    EXPECT_THAT(commit(*store, {anEvent(1, "again", "id")})->sequences, ElementsAre(0)) << days;
  }
  clock_.jump(std::chrono::hours(-400 * 24));
  clock_.advance(std::chrono::hours(25));
  EXPECT_FALSE(store->read(ask::Entries{"p", 1, brief})->at(0).value);
  EXPECT_FALSE(*store->read(ask::Idempotency{1, "key"}));
  ASSERT_TRUE(commit(*store, {DropExpired{kept.keptUs()}}));
  EXPECT_EQ(*store->read(ask::RowCount{1}), 2u) << "the event and its dedupe key";
}

TEST_P(StoreSuite, PurgeLeavesNoRowOfTheInstanceAndEveryRowOfOthers) {
  ASSERT_TRUE(commit(*store_, everythingOf(1, "one")));
  ASSERT_TRUE(commit(*store_, everythingOf(2, "two")));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 1}, anEvent(1, "again")}));
  const auto others = *store_->read(ask::RowCount{2});
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 10u) << "a row in each of the ten tables";
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 0u);
  EXPECT_EQ(*store_->read(ask::RowCount{2}), others);
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 0u);
  EXPECT_TRUE(commit(*store_, {PutInstance{anInstance(3, "one")}})) << "the name is free";
}

TEST_P(StoreSuite, LongDeletionsAreWholeWhenTheyAreDone) {
  Batch batch;
  for (int i = 0; i < 2000; ++i) {
    batch.push_back(anEvent(1, "b", std::to_string(i)));
    batch.push_back(KvPut{"p", 1, std::to_string(i), "v"});
  }
  ASSERT_TRUE(commit(*store_, std::move(batch)));
  ASSERT_TRUE(commit(*store_, {DropEvents{1, 1999}}));
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(2000));
  clock_.advance(std::chrono::hours(31 * 24));
  ASSERT_TRUE(commit(*store_, {DropExpired{clock_.nowUs()}}));
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 2002u)
      << "the event, its counter and the key-value entries";
  ASSERT_TRUE(commit(*store_, {PurgeInstance{1}}));
  EXPECT_EQ(*store_->read(ask::RowCount{1}), 0u);
}

TEST_P(StoreSuite, OthersCommitBetweenTheStepsOfALongDeletion) {
  Batch batch;
  for (int i = 0; i < 5000; ++i) batch.push_back(anEvent(1, "x"));
  ASSERT_TRUE(commit(*store_, std::move(batch)));
  std::promise<void> entered, leave, purged;
  store_->submit({}, [&](const Result<Committed>&) {  // holds the writer
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  std::atomic<bool> otherWasFirst{false}, other{false};
  store_->submit({PurgeInstance{1}}, [&](const Result<Committed>&) {
    otherWasFirst = other.load();
    purged.set_value();
  });
  store_->submit({anEvent(2, "y")}, [&](const Result<Committed>&) { other = true; });
  leave.set_value();
  purged.get_future().wait();
  EXPECT_TRUE(otherWasFirst);
}

}  // namespace
}  // namespace colibri::store
