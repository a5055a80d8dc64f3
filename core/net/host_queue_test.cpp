#include "net/host_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace colibri::net {
namespace {

constexpr InstanceKey kOne = 1, kTwo = 2, kQuick = 3;

std::vector<HostQueue::Id> startAll(HostQueue& queue) {
  std::vector<HostQueue::Id> started;
  while (const auto id = queue.next()) started.push_back(*id);
  return started;
}

void addMany(HostQueue& queue, const std::string& host, InstanceKey instance, HostQueue::Id from,
             HostQueue::Id count) {
  for (auto id = from; id < from + count; ++id) queue.add(host, instance, id);
}

/// The instance's endpoint has answered at the host, and it has as many running as it may have.
void occupy(HostQueue& queue, const std::string& host, InstanceKey instance, HostQueue::Id from) {
  addMany(queue, host, instance, from, 40);
  startAll(queue);
  queue.finished(host, instance, true);
  startAll(queue);
}

TEST(HostQueue, AnUnknownHostGetsTwoUntilItHasAnsweredThenHalfOfAll) {
  HostQueue queue({.perHost = 16, .perUnproven = 2, .total = 100});
  addMany(queue, "a", kOne, 1, 20);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{1, 2}));
  queue.finished("a", kOne, true);
  EXPECT_EQ(startAll(queue).size(), 7U);
  EXPECT_EQ(queue.running(), 8U);
}

TEST(HostQueue, AHostThatFailsGoesBackToTwo) {
  HostQueue queue({.perHost = 16, .perUnproven = 2, .total = 100});
  occupy(queue, "a", kOne, 1);
  for (int i = 0; i < 7; ++i) {
    queue.finished("a", kOne, false);
    if (i < 6) {
      EXPECT_TRUE(startAll(queue).empty());
    }
  }
  EXPECT_EQ(startAll(queue).size(), 1U);
  EXPECT_EQ(queue.running(), 2U);
}

TEST(HostQueue, TheFailuresOfOneInstanceDoNotNarrowAnotherAtTheSameHost) {
  HostQueue queue({.perHost = 16, .perUnproven = 2, .total = 100});
  occupy(queue, "a", kOne, 1);
  addMany(queue, "a", kTwo, 100, 1);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{100}));
  queue.finished("a", kTwo, false);
  queue.finished("a", kOne, true);
  EXPECT_EQ(startAll(queue).size(), 1U) << "the one that answers goes on as before";
}

TEST(HostQueue, TwoSlowInstancesLeaveAThirdItsConnectionsAtTheSameHost) {
  HostQueue queue({.perHost = 16, .perUnproven = 2, .total = 100});
  occupy(queue, "a", kOne, 100);
  occupy(queue, "a", kTwo, 200);
  addMany(queue, "a", kQuick, 1, 3);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{1, 2}));
  queue.finished("a", kQuick, true);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{3}));
}

TEST(HostQueue, HoweverManyInstancesAreSlowTheNextHasAConnectionOfItsOwn) {
  HostQueue queue({.perHost = 4, .perUnproven = 2, .total = 1000});
  for (InstanceKey slow = 100; slow < 200; ++slow) occupy(queue, "a", slow, slow * 100);
  addMany(queue, "a", kQuick, 1, 2);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{1}));
  queue.finished("a", kQuick, true);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{2}));
}

TEST(HostQueue, TheLastConnectionsOfAllAreForThoseWhoHaveNone) {
  HostQueue queue({.perHost = 16, .perUnproven = 16, .total = 16});
  addMany(queue, "a", kOne, 1, 20);
  addMany(queue, "b", kOne, 101, 20);
  EXPECT_EQ(startAll(queue).size(), 14U);
  queue.add("c", kQuick, 1000);
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{1000}));
}

TEST(HostQueue, HostsTakeTurnsWhenThereIsNotEnoughForAll) {
  HostQueue queue({.perHost = 16, .perUnproven = 2, .total = 1});
  addMany(queue, "busy", kOne, 1, 3);
  queue.add("other", kOne, 10);
  std::vector<HostQueue::Id> order;
  while (const auto id = queue.next()) {
    order.push_back(*id);
    queue.finished(*id == 10 ? "other" : "busy", kOne, true);
  }
  EXPECT_EQ(order, (std::vector<HostQueue::Id>{1, 10, 2, 3}));
}

TEST(HostQueue, InstancesTakeTurnsAtAHostWhenThereIsNotEnoughForAll) {
  HostQueue queue({.perHost = 16, .perUnproven = 2, .total = 1});
  addMany(queue, "a", kOne, 1, 3);
  addMany(queue, "a", kTwo, 10, 2);
  std::vector<HostQueue::Id> order;
  while (const auto id = queue.next()) {
    order.push_back(*id);
    queue.finished("a", *id >= 10 ? kTwo : kOne, true);
  }
  EXPECT_EQ(order, (std::vector<HostQueue::Id>{1, 10, 2, 11, 3}));
}

TEST(HostQueue, OneThatLeavesIsNotStartedAndIdleHostsAreForgotten) {
  HostQueue queue({});
  queue.add("a", kOne, 1);
  queue.add("a", kOne, 2);
  queue.add("a", kTwo, 3);
  queue.add("b", kOne, 4);
  EXPECT_TRUE(queue.remove("a", kOne, 1));
  EXPECT_FALSE(queue.remove("a", kOne, 1));
  EXPECT_FALSE(queue.remove("a", kOne, 3)) << "it is another's";
  EXPECT_TRUE(queue.remove("a", kTwo, 3));
  EXPECT_TRUE(queue.remove("b", kOne, 4));
  EXPECT_FALSE(queue.remove("c", kOne, 4));
  EXPECT_EQ(startAll(queue), (std::vector<HostQueue::Id>{2}));
  queue.finished("a", kOne, true);
  EXPECT_EQ(queue.hosts(), 0U);
  EXPECT_EQ(queue.waiting(), 0U);
}

/// Random instances at few hosts, with what must hold after every step.
class Crowd {
 public:
  explicit Crowd(std::uint64_t seed)
      : random_(seed),
        limits_{.perHost = 1 + pick(12), .perUnproven = 1 + pick(3), .total = 2 + pick(40)},
        queue_(limits_) {}

  void step() {
    const auto what = pick(10);
    if (what < 5) {
      const Key key{std::string(1, static_cast<char>('a' + pick(3))), 1 + pick(12)};
      waiting_[key].push_back(++last_);
      overtaken_.try_emplace(key);
      queue_.add(key.first, key.second, last_);
    } else if (what < 6) {
      leave();
    } else if (!running_.empty()) {
      finish(pick(running_.size()));
    }
    startAndCheck();
  }
  void drain() {
    while (!running_.empty()) {
      finish(pick(running_.size()));
      startAndCheck();
    }
    EXPECT_TRUE(waiting_.empty());
    EXPECT_EQ(queue_.hosts(), 0U);
    EXPECT_EQ(queue_.waiting(), 0U);
  }

 private:
  using Key = std::pair<std::string, InstanceKey>;

  std::size_t pick(std::size_t below) { return random_() % below; }
  std::size_t runningOf(const Key& key) const {
    return static_cast<std::size_t>(
        std::ranges::count(running_, key, [](const auto& r) { return r.first; }));
  }
  std::size_t runningAt(const std::string& host) const {
    return static_cast<std::size_t>(
        std::ranges::count(running_, host, [](const auto& r) { return r.first.first; }));
  }
  void leave() {
    if (waiting_.empty()) return;
    const auto at = std::next(waiting_.begin(), static_cast<std::ptrdiff_t>(pick(waiting_.size())));
    const auto id = at->second.back();
    EXPECT_TRUE(queue_.remove(at->first.first, at->first.second, id));
    at->second.pop_back();
    if (at->second.empty()) {
      overtaken_.erase(at->first);
      waiting_.erase(at);
    }
  }
  void finish(std::size_t which) {
    const auto [key, id] = running_[which];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
    queue_.finished(key.first, key.second, pick(4) != 0);
  }
  void startAndCheck() {
    while (const auto id = queue_.next()) started(*id);
    EXPECT_LE(running_.size(), limits_.total);
    if (running_.size() == limits_.total) return;
    for (const auto& [key, ids] : waiting_)
      EXPECT_GT(runningOf(key), 0U) << "instance " << key.second << " has none, and there is room";
  }
  void started(HostQueue::Id id) {
    const auto owner =
        std::ranges::find_if(waiting_, [&](const auto& w) { return w.second.front() == id; });
    ASSERT_NE(owner, waiting_.end()) << id << " was started out of order, or twice";
    const Key key = owner->first;
    const auto has = runningOf(key);
    EXPECT_TRUE(has == 0 || has + runningAt(key.first) < limits_.perHost)
        << "more than it leaves free";
    // Its fair share: while an instance with nothing waits, no other gets two turns at the host.
    for (auto& [other, by] : overtaken_) {
      if (other == key || other.first != key.first || runningOf(other) != 0) continue;
      EXPECT_LE(++by[key.second], 1) << "instance " << other.second << " was passed over twice";
    }
    running_.emplace_back(key, id);
    owner->second.pop_front();
    overtaken_.erase(key);
    if (owner->second.empty())
      waiting_.erase(owner);
    else
      overtaken_.try_emplace(key);
  }

  std::mt19937_64 random_;
  const HostQueue::Limits limits_;
  HostQueue queue_;
  HostQueue::Id last_ = 0;
  std::map<Key, std::deque<HostQueue::Id>> waiting_;
  std::map<Key, std::map<InstanceKey, int>> overtaken_;  // of those that wait, by whom
  std::vector<std::pair<Key, HostQueue::Id>> running_;
};

TEST(HostQueue, NobodyWaitsForMoreThanAFairShareWhateverTheOthersDo) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Crowd crowd(seed);
    for (int i = 0; i < 400 && !HasFailure(); ++i) crowd.step();
    if (!HasFailure()) crowd.drain();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace colibri::net
