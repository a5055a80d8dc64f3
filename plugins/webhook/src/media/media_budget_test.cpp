#include "media/media_budget.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

namespace colibri::webhook {
namespace {

using ::testing::ElementsAre;

TEST(MediaBudget, WhoComesFirstIsServedFirstAndOnlyAsLongAsThereIsRoom) {
  const auto budget = std::make_shared<MediaBudget>(10);
  std::vector<int> served;
  std::vector<MediaBudget::Lease> leases;
  const auto want = [&](int name, std::uint64_t bytes) {
    budget->take(bytes, [&, name](MediaBudget::Lease lease) {
      served.push_back(name);
      leases.push_back(std::move(lease));
    });
  };
  want(1, 6);
  want(2, 6);
  want(3, 1);
  EXPECT_THAT(served, ElementsAre(1)) << "a small one does not overtake for ever";
  auto first = std::move(leases.front());
  first.reset();
  EXPECT_THAT(served, ElementsAre(1, 2, 3));
}

TEST(MediaBudget, AWishForMoreThanThereIsGetsAllOfIt) {
  const auto budget = std::make_shared<MediaBudget>(10);
  bool served = false;
  budget->take(1000, [&](const MediaBudget::Lease&) { served = true; });
  EXPECT_TRUE(served);
}

TEST(MediaBudget, ManyThatEndAtOnceDoNotClimbOnEachOthersStack) {
  const auto budget = std::make_shared<MediaBudget>(1);
  int served = 0;
  MediaBudget::Lease first;
  budget->take(1, [&](MediaBudget::Lease lease) { first = std::move(lease); });
  for (int i = 0; i < 100'000; ++i) budget->take(1, [&](const MediaBudget::Lease&) { ++served; });
  first.reset();
  EXPECT_EQ(served, 100'000);
}

TEST(MediaBudget, WhoWaitsAtTheEndIsForgotten) {
  const auto budget = std::make_shared<MediaBudget>(1);
  MediaBudget::Lease first;
  budget->take(1, [&](MediaBudget::Lease lease) { first = std::move(lease); });
  budget->take(1, [](const MediaBudget::Lease&) { ADD_FAILURE(); });
  budget->clear();
  first.reset();
}

TEST(MediaBudget, ThreadsThatTakeAndGiveAreAllServed) {
  const auto budget = std::make_shared<MediaBudget>(3);
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i)
        budget->take(1 + static_cast<std::uint64_t>(i % 3),
                     [&](const MediaBudget::Lease&) { ++served; });
    });
  for (auto& thread : threads) thread.join();
  budget->take(3, [](const MediaBudget::Lease&) {});  // behind all of them
  EXPECT_EQ(served, 4000);
}

}  // namespace
}  // namespace colibri::webhook
