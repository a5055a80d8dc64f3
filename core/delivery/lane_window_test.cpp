#include "delivery/lane_window.hpp"

#include <gtest/gtest.h>

namespace colibri::delivery {
namespace {

class LaneWindowTest : public testing::Test {
 protected:
  static events::EventPtr event(std::uint64_t sequence, const std::string& chat) {
    events::EventData data;
    data.instance = 1;
    data.sequence = sequence;
    data.chatId = chat;
    return events::Event::make(std::move(data));
  }
  void add(std::uint64_t sequence, const std::string& chat, std::int64_t notBefore = 0) {
    window.add(event(sequence, chat), notBefore, 0);
  }
  /// Hands over all that may go.
  std::vector<std::uint64_t> go(std::int64_t now = 0) {
    std::vector<std::uint64_t> gone;
    while (const auto next = window.next(now)) {
      window.handOver(*next);
      gone.push_back(*next);
    }
    return gone;
  }
  using Sequences = std::vector<std::uint64_t>;
  std::size_t memory = 0;
  LaneWindow window{false, memory};
};

TEST_F(LaneWindowTest, ChatsRunSideBySideAndEachKeepsItsOrder) {
  add(1, "a");
  add(2, "a");
  add(3, "b");
  add(4, "");
  EXPECT_EQ(go(), (Sequences{1, 3, 4}));
  window.finish(1);
  EXPECT_EQ(go(), (Sequences{2}));
}

TEST_F(LaneWindowTest, StrictOrderIsOneChat) {
  LaneWindow strict(true, memory);
  strict.add(event(1, "a"), 0, 0);
  strict.add(event(2, "b"), 0, 0);
  strict.handOver(1);
  EXPECT_FALSE(strict.next(0));
  strict.finish(1);
  EXPECT_EQ(strict.next(0), 2u);
}

TEST_F(LaneWindowTest, ARetryBlocksItsChatOnly) {
  add(1, "a");
  add(2, "a");
  add(3, "b");
  go();
  window.retryAt(1, 100);
  window.finish(3);
  EXPECT_EQ(go(99), Sequences{});
  EXPECT_EQ(window.nextRetryUs(), 100);
  EXPECT_EQ(go(100), (Sequences{1}));
}

TEST_F(LaneWindowTest, ABuriedEventFreesItsChatButIsNotFinished) {
  add(1, "a");
  add(2, "a");
  go();
  window.bury(1);
  EXPECT_EQ(go(), (Sequences{2}));
  EXPECT_EQ(window.lowest(), 1u);
  EXPECT_EQ(window.head(), 2u);
  window.finish(1);
  EXPECT_EQ(window.lowest(), 2u);
}

TEST_F(LaneWindowTest, ForgettingKeepsWhatIsInFlightAndItsChatBlocked) {
  add(1, "a");
  add(2, "b");
  add(3, "a");
  add(4, "b");
  window.handOver(2);
  EXPECT_EQ(window.forgetWaiting(), 1u);
  EXPECT_EQ(window.size(), 1u);
  add(1, "a");
  add(3, "a");
  add(4, "b");
  EXPECT_EQ(go(), (Sequences{1}));
  window.finish(2);
  EXPECT_EQ(go(), (Sequences{4}));
}

TEST_F(LaneWindowTest, WhatAFilterRefusesIsFinishedUnlessItIsInFlight) {
  add(1, "a");
  add(2, "a");
  add(3, "b");
  window.handOver(1);
  EXPECT_EQ(window.filter([](const events::Event&) { return false; }), 2u);
  EXPECT_EQ(window.size(), 1u);
  window.finish(1);
  EXPECT_FALSE(window.next(0));
}

TEST_F(LaneWindowTest, CountsItsMemoryAndGivesItBack) {
  {
    LaneWindow other(false, memory);
    other.add(event(1, "a"), 0, 0);
    add(1, "a");
    EXPECT_EQ(memory, other.bytes() + window.bytes());
  }
  EXPECT_EQ(memory, window.bytes());
  window.finish(1);
  EXPECT_EQ(memory, 0u);
}

TEST_F(LaneWindowTest, AnEventComesBackNotBeforeItsTime) {
  add(5, "a", 50);
  add(6, "a");
  EXPECT_EQ(go(49), Sequences{});
  EXPECT_EQ(go(50), (Sequences{5}));
}

}  // namespace
}  // namespace colibri::delivery
