#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

TEST_P(StoreConcurrency, ManyProducersOfOneInstanceGetEverySequenceOnce) {
  constexpr int kThreads = 8, kEach = 100;
  std::mutex mutex;
  std::vector<std::uint64_t> sequences;
  {
    std::vector<std::jthread> producers;
    for (int t = 0; t < kThreads; ++t) {
      producers.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          const auto result = commit(*store_, {anEvent(1, "x")});
          const std::lock_guard lock(mutex);
          sequences.push_back(result->sequences.at(0));
        }
      });
    }
  }
  std::ranges::sort(sequences);
  ASSERT_EQ(sequences.size(), std::size_t{kThreads} * kEach);
  for (std::size_t i = 0; i < sequences.size(); ++i) ASSERT_EQ(sequences[i], i + 1);
}

TEST_P(StoreConcurrency, ReadersSeeWholeBatchesWhileOthersWrite) {
  const std::vector<std::string> keys = {"a", "b"};
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0}, reads{0};
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < 4; ++t) {
      readers.emplace_back([&] {
        while (!stop) {
          const auto entries = store_->read(ask::Entries{"p", 1, keys});
          if (entries->at(0).value != entries->at(1).value) ++torn;
          const auto rows = store_->read(ask::Events{1, 0, 50, 1 << 20});
          for (std::size_t i = 1; i < rows->size(); ++i) {
            if ((*rows)[i].sequence != (*rows)[i - 1].sequence + 1) ++torn;
          }
          ++reads;
        }
      });
    }
    for (int i = 0; i < 300 || reads < 20; ++i) {
      const auto value = std::to_string(i);
      ASSERT_TRUE(
          commit(*store_, {KvPut{"p", 1, "a", value}, KvPut{"p", 1, "b", value}, anEvent(1, "x")}));
    }
    stop = true;
  }
  EXPECT_EQ(torn, 0);
}

TEST_P(StoreConcurrency, EverySubmissionIsAnsweredOnceWhileItShutsDown) {
  constexpr int kThreads = 4, kEach = 300;
  std::atomic<int> committed{0}, refused{0};
  std::latch begun(kThreads);
  {
    std::vector<std::jthread> producers;
    for (int t = 0; t < kThreads; ++t) {
      producers.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          if (i == kEach / 10) begun.count_down();
          store_->submit(
              {anEvent(static_cast<InstanceKey>(t + 1), "x")},
              [&](const Result<Committed>& result) { ++(result ? committed : refused); });
        }
      });
    }
    begun.wait();
    store_->shutdown();
  }
  EXPECT_EQ(committed + refused, kThreads * kEach);
  std::uint64_t rows = 0;
  for (InstanceKey i = 1; i <= kThreads; ++i) rows += store_->read(ask::LastSequence{i}).value();
  EXPECT_EQ(rows, static_cast<std::uint64_t>(committed.load()));
}

TEST_P(StoreConcurrency, PurgesWhileOthersReadAndWrite) {
  Batch batch;
  for (int i = 0; i < 1500; ++i) batch.push_back(anEvent(1, "x"));
  ASSERT_TRUE(commit(*store_, std::move(batch)));
  std::atomic<bool> stop{false};
  {
    std::jthread reader([&] {
      while (!stop) ASSERT_TRUE(store_->read(ask::Events{1, 0, 100, 1 << 20}));
    });
    std::jthread writer([&] {
      while (!stop) ASSERT_TRUE(commit(*store_, {anEvent(2, "y")}));
    });
    EXPECT_TRUE(commit(*store_, {PurgeInstance{1}}));
    stop = true;
  }
  EXPECT_EQ(store_->read(ask::RowCount{1}).value(), 0u);
}

}  // namespace
}  // namespace colibri::store
