#include <gmock/gmock.h>

#include "store/sqlite/failing_vfs.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"

namespace colibri::store::sqlite {
namespace {

using testing::ElementsAre;
using Trouble = FailingVfs::Trouble;

class DiskTroubleTest : public testing::Test {
 protected:
  DiskTroubleTest() {
    FailingVfs::install();
    open({});
  }
  ~DiskTroubleTest() override { FailingVfs::set(Trouble::none); }

  void open(SqliteStore::Options options) {
    store_.reset();
    auto store = SqliteStore::open(database_.path(), clock_, nullptr, options);
    store_ = std::move(store).value();
  }
  /// Submits all of them while the writer is held, so that they are one group.
  std::vector<Result<Committed>> commitTogether(std::vector<Batch> batches, Trouble trouble) {
    std::promise<void> entered, leave, all;
    store_->submit({}, [&](const Result<Committed>&) {
      entered.set_value();
      leave.get_future().wait();
    });
    entered.get_future().wait();
    std::vector<Result<Committed>> results;
    const auto count = batches.size();
    for (auto& batch : batches) {
      store_->submit(std::move(batch), [&](Result<Committed> result) {
        results.push_back(std::move(result));
        if (results.size() == count) all.set_value();
      });
    }
    FailingVfs::set(trouble);
    leave.set_value();
    all.get_future().wait();
    FailingVfs::set(Trouble::none);
    return results;
  }

  TemporaryDatabase database_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
};

TEST_F(DiskTroubleTest, AFullDiskAtCommitFailsTheWholeGroupAsBusy) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "kept")}));
  const auto before = FailingVfs::failures();
  const auto results =
      commitTogether({{anEvent(1, "a", "id")}, {anEvent(1, "b"), anEvent(2, "c")}}, Trouble::full);
  EXPECT_GT(FailingVfs::failures(), before);
  for (const auto& result : results) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::busy);
  }
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 1u);
  EXPECT_EQ(*store_->read(ask::RowCount{2}), 0u);
}

TEST_F(DiskTroubleTest, SequencesGoOnWithoutAGapAfterAFailedCommit) {
  for (const auto trouble : {Trouble::full, Trouble::writeError, Trouble::syncError}) {
    const auto last = *store_->read(ask::LastSequence{1});
    ASSERT_FALSE(commitTogether({{anEvent(1, "a"), anEvent(1, "b")}}, trouble)[0]);
    EXPECT_THAT(commit(*store_, {anEvent(1, "c")})->sequences, ElementsAre(last + 1));
  }
  open({});
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 3u);
}

TEST_F(DiskTroubleTest, AFailedCommitForgetsItsDedupeKeys) {
  ASSERT_FALSE(commitTogether({{anEvent(1, "a", "id")}}, Trouble::full)[0]);
  EXPECT_THAT(commit(*store_, {anEvent(1, "a", "id")})->sequences, ElementsAre(1));
}

TEST_F(DiskTroubleTest, AWriteOrSyncErrorIsUnavailable) {
  for (const auto trouble : {Trouble::writeError, Trouble::syncError}) {
    const auto results = commitTogether({{anEvent(1, "a")}}, trouble);
    ASSERT_FALSE(results[0]);
    EXPECT_EQ(results[0].error().code, Errc::unavailable);
  }
}

TEST_F(DiskTroubleTest, ReadingGoesOnWhileTheDiskIsFull) {
  ASSERT_TRUE(commit(*store_, {anEvent(1, "kept")}));
  FailingVfs::set(Trouble::full);
  EXPECT_EQ(store_->read(ask::Events{1, 0, 10, 1000})->front().body, "kept");
}

TEST_F(DiskTroubleTest, ABatchThatDoesNotFitFailsAloneAndTheRestGoesOn) {
  open({.maxBytes = 512 * 1024});
  const auto results = commitTogether(
      {{anEvent(1, "small")}, {anEvent(1, std::string(2 << 20, 'x'))}, {anEvent(1, "small, too")}},
      Trouble::none);
  EXPECT_TRUE(results[0]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().code, Errc::busy);
  EXPECT_TRUE(results[2]);
  EXPECT_THAT(store_->read(ask::Events{1, 0, 10, 1 << 30})->size(), 2u);
  EXPECT_EQ(*store_->read(ask::LastSequence{1}), 2u);
}

TEST_F(DiskTroubleTest, AFullDatabaseTakesEventsAgainAfterADrop) {
  open({.maxBytes = 512 * 1024});
  Result<Committed> result = Committed{};
  std::uint64_t last = 0;
  while ((result = commit(*store_, {anEvent(1, std::string(10'000, 'x'))}))) {
    ASSERT_LT(last, 100u) << "it never filled up";
    last = result->sequences[0];
  }
  EXPECT_EQ(result.error().code, Errc::busy);
  ASSERT_TRUE(commit(*store_, {DropEvents{1, last}}));
  EXPECT_THAT(commit(*store_, {anEvent(1, std::string(10'000, 'x'))})->sequences,
              ElementsAre(last + 1));
}

}  // namespace
}  // namespace colibri::store::sqlite
