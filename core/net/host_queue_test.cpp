#include "net/host_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace colibri::net {
namespace {

std::vector<HostQueue::Id> startAll(HostQueue& queue) {
  std::vector<HostQueue::Id> started;
  while (const auto id = queue.next()) started.push_back(*id);
  return started;
}

TEST(HostQueue, AnUnknownHostGetsTwoUntilItHasAnsweredThenEight) {
  HostQueue queue({.perHost = 8, .perUnprovenHost = 2, .total = 100});
  for (HostQueue::Id id = 1; id <= 20; ++id) queue.add("a", id);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{1, 2}));
  queue.finished("a", true);
  EXPECT_EQ(startAll(queue).size(), 7U);
  EXPECT_EQ(queue.running(), 8U);
}

TEST(HostQueue, AHostThatFailsGoesBackToTwo) {
  HostQueue queue({.perHost = 8, .perUnprovenHost = 2, .total = 100});
  for (HostQueue::Id id = 1; id <= 40; ++id) queue.add("a", id);
  startAll(queue);
  queue.finished("a", true);
  startAll(queue);
  for (int i = 0; i < 7; ++i) {
    queue.finished("a", false);
    if (i < 6) {
      EXPECT_TRUE(startAll(queue).empty());
    }
  }
  EXPECT_EQ(startAll(queue).size(), 1U);
  EXPECT_EQ(queue.running(), 2U);
}

TEST(HostQueue, HostsTakeTurnsWhenThereIsNotEnoughForAll) {
  HostQueue queue({.perHost = 8, .perUnprovenHost = 2, .total = 1});
  for (HostQueue::Id id = 1; id <= 3; ++id) queue.add("busy", id);
  queue.add("other", 10);
  std::vector<HostQueue::Id> order;
  while (const auto id = queue.next()) {
    order.push_back(*id);
    queue.finished(*id == 10 ? "other" : "busy", true);
  }
  EXPECT_EQ(order, (std::vector<HostQueue::Id>{1, 10, 2, 3}));
}

TEST(HostQueue, OneThatLeavesIsNotStartedAndIdleHostsAreForgotten) {
  HostQueue queue({});
  queue.add("a", 1);
  queue.add("a", 2);
  queue.add("b", 3);
  EXPECT_TRUE(queue.remove("a", 1));
  EXPECT_FALSE(queue.remove("a", 1));
  EXPECT_TRUE(queue.remove("b", 3));
  EXPECT_FALSE(queue.remove("c", 3));
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{2}));
  queue.finished("a", true);
  EXPECT_EQ(queue.hosts(), 0U);
  EXPECT_EQ(queue.waiting(), 0U);
}

}  // namespace
}  // namespace colibri::net
