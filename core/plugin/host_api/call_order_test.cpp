#include "plugin/host_api/call_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace colibri::plugin {
namespace {

using Kind = CallOrder::Kind;
using Started = CallOrder::Started;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Calls : public ::testing::Test {
 protected:
  bool call(const std::string& name, Kind kind, InstanceKey instance = 1, std::size_t bytes = 1) {
    return order.submit(instance, kind, bytes, [this, name] {
      ran.push_back(name);
      return answer;
    });
  }
  CallOrder order;
  std::vector<std::string> ran;
  Started answer = Started::yes;
};

TEST_F(Calls, WritesDoNotWaitForEachOther) {
  call("w1", Kind::write);
  call("w2", Kind::write);
  EXPECT_THAT(ran, ElementsAre("w1", "w2"));
}

TEST_F(Calls, AReadWaitsForEveryWriteBeforeIt) {
  call("w1", Kind::write);
  call("w2", Kind::write);
  call("r", Kind::read);
  order.finished(1, Kind::write);
  EXPECT_THAT(ran, ElementsAre("w1", "w2"));
  order.finished(1, Kind::write);
  EXPECT_THAT(ran, ElementsAre("w1", "w2", "r"));
}

TEST_F(Calls, WhatComesAfterAReadWaitsForIt) {
  call("r1", Kind::read);
  call("w", Kind::write);
  call("r2", Kind::read);
  EXPECT_THAT(ran, ElementsAre("r1"));
  order.finished(1, Kind::read);
  EXPECT_THAT(ran, ElementsAre("r1", "w"));
  order.finished(1, Kind::write);
  EXPECT_THAT(ran, ElementsAre("r1", "w", "r2"));
}

TEST_F(Calls, InstancesDoNotWaitForEachOther) {
  call("r1", Kind::read, 1);
  call("w2", Kind::write, 2);
  EXPECT_THAT(ran, ElementsAre("r1", "w2"));
}

TEST_F(Calls, ABlockedWriteRunsAgainAndHoldsTheLineMeanwhile) {
  call("r", Kind::read);
  call("w", Kind::write);
  answer = Started::blocked;
  order.finished(1, Kind::read);
  EXPECT_THAT(ran, ElementsAre("r", "w"));
  EXPECT_FALSE(call("refused", Kind::write)) << "the plugin is to hear that it is busy";
  answer = Started::yes;
  order.retryBlocked();
  EXPECT_THAT(ran, ElementsAre("r", "w", "w"));
  order.finished(1, Kind::write);
  EXPECT_TRUE(call("w2", Kind::write));
}

TEST_F(Calls, RoomThatCameDuringTheRefusalIsNotMissed) {
  unsigned tries = 0;
  order.submit(1, Kind::write, 1, [&] {
    if (++tries > 1) return Started::yes;
    order.retryBlocked();
    return Started::blocked;
  });
  EXPECT_EQ(tries, 2u);
}

TEST_F(Calls, ARefusedCallIsOver) {
  answer = Started::no;
  call("w", Kind::write);
  answer = Started::yes;
  call("r", Kind::read);
  EXPECT_THAT(ran, ElementsAre("w", "r"));
}

TEST_F(Calls, TooManyOrTooLargeOnesAreRefused) {
  call("r", Kind::read);
  for (std::size_t i = 0; i < CallOrder::kMaxWaiting; ++i) ASSERT_TRUE(call("w", Kind::write));
  EXPECT_FALSE(call("one too many", Kind::write));
  EXPECT_TRUE(call("another instance", Kind::write, 2));
  call("r", Kind::read, 3);
  EXPECT_TRUE(call("large", Kind::write, 3, CallOrder::kMaxWaitingBytes)) << "alone it may wait";
  EXPECT_FALSE(call("more", Kind::write, 3));
}

TEST(CallOrder, ManyThreadsKeepWritesAndReadsApart) {
  CallOrder order;
  std::atomic<int> writes{0}, reads{0}, wrong{0}, done{0};
  constexpr int kThreads = 4, kCalls = 150;
  const auto caller = [&](int id) {
    for (int i = 0; i < kCalls; ++i) {
      const auto kind = (i + id) % 3 == 0 ? Kind::read : Kind::write;
      const bool kept = order.submit(1, kind, 1, [&, kind] {
        auto& mine = kind == Kind::read ? reads : writes;
        auto& other = kind == Kind::read ? writes : reads;
        ++mine;
        if (other != 0 || (kind == Kind::read && mine != 1)) ++wrong;
        std::thread([&order, &mine, &done, kind] {
          --mine;
          order.finished(1, kind);
          ++done;
        }).detach();
        return Started::yes;
      });
      if (!kept) ++wrong;
    }
  };
  std::vector<std::thread> callers;
  for (int id = 0; id < kThreads; ++id) callers.emplace_back(caller, id);
  for (auto& thread : callers) thread.join();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (done != kThreads * kCalls && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  EXPECT_EQ(done, kThreads * kCalls);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace colibri::plugin
