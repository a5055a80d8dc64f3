#include <atomic>
#include <thread>

#include "store/redis/session_fixture.hpp"

namespace colibri::store::redis {
namespace {

using SessionConcurrency = SessionFixture;

TEST_F(SessionConcurrency, ManyInstancesWriteReadAndPublishWhileRedisComesAndGoes) {
  constexpr int kEach = 150;
  std::atomic<int> through{0};
  {
    std::vector<std::jthread> instances;
    for (InstanceKey key = 1; key <= 2; ++key) {
      for (int half = 0; half < 2; ++half) {
        instances.emplace_back([&, key, half] {
          for (int i = 0; i < kEach; ++i) {
            const auto n = std::to_string(half) + "/" + std::to_string(i);
            ASSERT_TRUE(commitAtLast({KvPut{"p", key, n, n}}));
            ASSERT_TRUE(commitAtLast({anEvent(key, n, n), KvRemove{"p", key, n}}));
            ++through;
          }
        });
      }
    }
    for (int round = 1; round <= 3; ++round) {
      while (through < round * kEach / 2) std::this_thread::yield();
      redis_.kill();
      waitUntilUp(false);
      redis_.start();
    }
  }
  for (InstanceKey key = 1; key <= 2; ++key) {
    EXPECT_EQ(events(key), std::size_t{2 * kEach});
    EXPECT_TRUE(store_->read(ask::EntriesWith{"p", key, "", "", 1000}).value().empty());
  }
  EXPECT_EQ(store_->health().losses, 0u);
}

TEST_F(SessionConcurrency, EverySubmissionIsAnsweredOnceWhileItShutsDown) {
  std::atomic<int> answered{0}, submitted{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 300; ++i) {
          Batch batch{KvPut{"p", InstanceKey(t % 2 + 1), "k", "v"}};
          if (i % 2 == 0) batch.push_back(anEvent(InstanceKey(t % 2 + 1), "e"));
          ++submitted;
          store_->submit(std::move(batch), [&](const Result<Committed>&) { ++answered; });
        }
      });
    }
    while (submitted < 100) std::this_thread::yield();
    store_->shutdown();
  }
  EXPECT_EQ(answered, submitted);
  EXPECT_EQ(store_->queuedBytes(), 0u);
}

}  // namespace
}  // namespace colibri::store::redis
