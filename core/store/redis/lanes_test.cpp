#include "store/redis/lanes.hpp"

#include <gmock/gmock.h>

#include <random>
#include <thread>

namespace colibri::store::redis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Way = Lanes::Way;

class LanesTest : public testing::Test {
 protected:
  void enter(const Lanes::Instances& of, Way way, int number) {
    lanes_.enter(of, way, [this, number] { started_.push_back(number); });
  }
  Lanes lanes_;
  std::vector<int> started_;
};

TEST_F(LanesTest, BatchesForTheSameStoreDoNotWaitForEachOther) {
  enter({1}, Way::redis, 1);
  enter({1}, Way::redis, 2);
  enter({2}, Way::database, 3);
  EXPECT_THAT(started_, ElementsAre(1, 2, 3));
}

TEST_F(LanesTest, ABatchForTheOtherStoreWaitsAndThoseBehindItWithIt) {
  enter({1}, Way::redis, 1);
  enter({1}, Way::database, 2);
  enter({1}, Way::redis, 3);
  enter({1}, Way::database, 4);
  enter({2}, Way::database, 5);
  EXPECT_THAT(started_, ElementsAre(1, 5));
  lanes_.leave({1});
  EXPECT_THAT(started_, ElementsAre(1, 5, 2));
  lanes_.leave({1});
  EXPECT_THAT(started_, ElementsAre(1, 5, 2, 3));
  lanes_.leave({1});
  EXPECT_THAT(started_, ElementsAre(1, 5, 2, 3, 4));
}

TEST_F(LanesTest, ABatchOfSeveralInstancesWaitsForAllOfThem) {
  enter({1}, Way::redis, 1);
  enter({2}, Way::redis, 2);
  enter({1, 2}, Way::database, 3);
  enter({2}, Way::redis, 4);
  lanes_.leave({2});
  EXPECT_THAT(started_, ElementsAre(1, 2));
  lanes_.leave({1});
  EXPECT_THAT(started_, ElementsAre(1, 2, 3));
  lanes_.leave({1, 2});
  EXPECT_THAT(started_, ElementsAre(1, 2, 3, 4));
}

TEST_F(LanesTest, WhatNamesNoInstanceFollowsWhatWaits) {
  const auto follow = [this](int number) {
    lanes_.follow([this, number] { started_.push_back(number); });
  };
  follow(1);
  enter({1}, Way::redis, 2);
  follow(3);
  enter({1}, Way::database, 4);
  follow(5);
  follow(6);
  EXPECT_THAT(started_, ElementsAre(1, 2, 3));
  lanes_.leave({1});
  EXPECT_THAT(started_, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(LanesTest, AStartMayEnterAndLeave) {
  lanes_.enter({1}, Way::redis, [this] {
    enter({1}, Way::database, 2);
    started_.push_back(1);
    lanes_.leave({1});
  });
  EXPECT_THAT(started_, ElementsAre(1, 2));
}

TEST_F(LanesTest, KeepsTheOrderOfEachInstanceUnderManyThreads) {
  constexpr int kThreads = 4, kEach = 500;
  std::mutex mutex;
  std::vector<std::pair<int, std::function<void()>>> inside;  // instance of the thread, its end
  std::vector<std::vector<int>> order(kThreads);
  const auto endOne = [&] {
    std::function<void()> end;
    {
      const std::lock_guard lock(mutex);
      if (inside.empty()) return false;
      end = std::move(inside.back().second);
      inside.pop_back();
    }
    end();
    return true;
  };
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        std::minstd_rand random(static_cast<unsigned>(t));
        const auto own = static_cast<InstanceKey>(t + 1);
        for (int i = 0; i < kEach; ++i) {
          const auto way = random() % 2 == 0 ? Way::redis : Way::database;
          Lanes::Instances of{own};
          if (random() % 8 == 0) of = {own, 100};
          lanes_.enter(of, way, [&, t, i, of] {
            const std::lock_guard lock(mutex);
            order[static_cast<std::size_t>(t)].push_back(i);
            inside.emplace_back(t, [&, of] { lanes_.leave(of); });
          });
          if (random() % 2 == 0) endOne();
        }
      });
    }
  }
  while (endOne()) {
  }
  lanes_.drain();
  for (const auto& one : order) {
    EXPECT_EQ(one.size(), std::size_t{kEach});
    EXPECT_TRUE(std::ranges::is_sorted(one));
  }
}

}  // namespace
}  // namespace colibri::store::redis
