#include <gmock/gmock.h>

#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(StoreSuite, AFailingBatchFailsAloneAndLeavesNothing) {
  ASSERT_TRUE(commit(*store_, {PutInstance{anInstance(1, "taken")}}));
  auto sameName = anInstance(2, "other");
  sameName.name = "taken";
  std::promise<void> all;
  std::vector<Result<Committed>> results;
  const auto collect = [&](Result<Committed> result) {
    results.push_back(std::move(result));
    if (results.size() == 3) all.set_value();
  };
  store_->submit({anEvent(1, "before")}, collect);
  store_->submit({anEvent(1, "lost", "id"), KvPut{"p", 1, "k", "v"}, PutInstance{sameName}},
                 collect);
  store_->submit({anEvent(1, "after", "id")}, collect);
  all.get_future().wait();
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().code, Errc::conflict);
  EXPECT_EQ(results[1].error().message, "an instance with this name exists already");
  EXPECT_THAT(results[2]->sequences, ElementsAre(2));
  const std::string key = "k";
  EXPECT_FALSE(store_->read(ask::Entries{"p", 1, {&key, 1}})->front().value);
  EXPECT_THAT(sequencesOf(*store_, 1), ElementsAre(1, 2));
}

TEST_P(StoreSuite, AnEmptyBatchSucceeds) {
  EXPECT_THAT(commit(*store_, {})->sequences, IsEmpty());
}

TEST_P(StoreSuite, CompletesInTheOrderOfSubmission) {
  std::promise<void> last;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    store_->submit({anEvent(1, "x")}, [&, i](const Result<Committed>&) {
      order.push_back(i);
      if (i == 99) last.set_value();
    });
  }
  last.get_future().wait();
  ASSERT_THAT(order, SizeIs(100));
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_P(StoreSuite, ACompletionMaySubmit) {
  std::promise<Result<Committed>> second;
  store_->submit({anEvent(1, "x")}, [&](const Result<Committed>&) {
    store_->submit({anEvent(1, "y")}, [&](Result<Committed> r) { second.set_value(std::move(r)); });
  });
  EXPECT_THAT(second.get_future().get()->sequences, ElementsAre(2));
}

TEST_P(StoreSuite, ShutdownCommitsWhatIsQueuedAndRefusesTheRest) {
  std::atomic<int> done{0};
  for (int i = 0; i < 500; ++i) {
    store_->submit({anEvent(1, "x")}, [&](const Result<Committed>& r) { done += r ? 1 : 0; });
  }
  store_->shutdown();
  EXPECT_EQ(done, 500);
  EXPECT_EQ(store_->queuedBytes(), 0u);
  EXPECT_EQ(commit(*store_, {anEvent(1, "y")}).error().code, Errc::shuttingDown);
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 500u);
}

TEST_P(StoreSuite, CountsWhatIsQueuedUntilItIsCommitted) {
  std::promise<void> entered, leave;
  store_->submit({}, [&](const Result<Committed>&) {  // holds the writer
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  std::promise<std::size_t> seen;
  store_->submit({anEvent(1, std::string(5000, 'x'))},
                 [&](const Result<Committed>&) { seen.set_value(store_->queuedBytes()); });
  EXPECT_GE(store_->queuedBytes(), 5000u);
  leave.set_value();
  EXPECT_EQ(seen.get_future().get(), 0u);
}

TEST_P(StoreSuite, BatchesThatWaitShareACommit) {
  std::promise<void> entered, leave, last;
  store_->submit({}, [&](const Result<Committed>&) {  // holds the writer
    entered.set_value();
    leave.get_future().wait();
  });
  entered.get_future().wait();
  // Nothing of a group is visible before all of it is, so the first completion sees the last batch.
  std::optional<std::uint64_t> seenByFirst;
  for (int i = 0; i < 100; ++i) {
    store_->submit({anEvent(1, "x")}, [&, i](const Result<Committed>&) {
      if (i == 0) seenByFirst = store_->read(ask::LastSequence{1}).value();
      if (i == 99) last.set_value();
    });
  }
  leave.set_value();
  last.get_future().wait();
  EXPECT_EQ(seenByFirst, 100u);
}

}  // namespace
}  // namespace colibri::store
