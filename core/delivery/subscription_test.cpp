#include "delivery/subscription.hpp"

#include <gtest/gtest.h>

#include <array>

namespace colibri::delivery {
namespace {

class CreditTest : public testing::Test {
 protected:
  /// Hands credit to whoever wants some until nobody may go; `hungry` lanes want more each time.
  void handOut(Credit& credit) {
    while (auto* seat = credit.next()) {
      credit.take(*seat);
      if (seat->inFlight < 8) credit.want(*seat);
    }
  }
};

TEST_F(CreditTest, LanesTakeTurns) {
  Credit credit(3);
  std::array<Seat, 3> seats;
  for (auto& seat : seats) {
    credit.join(seat);
    credit.want(seat);
  }
  for (int round = 0; round < 10; ++round) {
    for (auto& seat : seats) {
      auto* turn = credit.next();
      ASSERT_EQ(turn, &seat);
      credit.take(*turn);
    }
    EXPECT_EQ(credit.next(), nullptr);
    for (auto& seat : seats) {
      credit.giveBack(seat);
      credit.want(seat);
    }
  }
}

TEST_F(CreditTest, OneLaneAloneMayHaveItAll) {
  Credit credit(8);
  Seat seat;
  credit.join(seat);
  credit.want(seat);
  handOut(credit);
  EXPECT_EQ(seat.inFlight, 8u);
}

TEST_F(CreditTest, HangingLanesLeaveACreditForEveryIdleOne) {
  Credit credit(256);
  std::array<Seat, 150> hanging;
  std::array<Seat, 50> others;
  for (auto& seat : hanging) credit.join(seat);
  for (auto& seat : others) credit.join(seat);
  for (auto& seat : hanging) credit.want(seat);
  handOut(credit);
  for (auto& seat : hanging) EXPECT_GE(seat.inFlight, 1u);
  for (auto& seat : others) {
    credit.want(seat);
    EXPECT_EQ(credit.next(), &seat);
    credit.take(seat);
  }
}

TEST_F(CreditTest, ALaneThatWasGivenEverythingBackGoesAheadAgain) {
  Credit credit(4);
  Seat busy, other;
  credit.join(busy);
  credit.join(other);
  credit.take(busy);
  credit.take(other);
  credit.take(other);
  credit.want(other);
  credit.want(busy);
  credit.giveBack(busy);
  EXPECT_EQ(credit.next(), &busy);
}

TEST_F(CreditTest, ALaneThatLeavesIsNotCalled) {
  Credit credit(4);
  Seat seat;
  credit.join(seat);
  credit.want(seat);
  credit.leave(seat);
  EXPECT_EQ(credit.next(), nullptr);
}

TEST(Subscription, RefusesCreditOutsideItsBounds) {
  SubscriptionSpec spec;
  spec.pluginAlias = "webhook";
  spec.name = "events";
  EXPECT_TRUE(checkSubscription(spec));
  EXPECT_EQ(subscriptionName(spec), "webhook/events");
  auto wrong = spec;
  wrong.maxInFlight = 4097;
  EXPECT_EQ(checkSubscription(wrong).error().code, Errc::invalidArgument);
  wrong = spec;
  wrong.maxInFlight = 0;
  EXPECT_FALSE(checkSubscription(wrong));
  wrong = spec;
  wrong.maxInFlightPerInstance = 257;
  EXPECT_FALSE(checkSubscription(wrong));
  wrong = spec;
  wrong.name.clear();
  EXPECT_FALSE(checkSubscription(wrong));
}

}  // namespace
}  // namespace colibri::delivery
