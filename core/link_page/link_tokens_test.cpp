#include "link_page/link_tokens.hpp"

#include <gtest/gtest.h>

namespace colibri::link_page {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct LinkTokensTest : ::testing::Test {
  std::string issue(InstanceKey instance) { return tokens.issue(instance).value().token; }
  void report(InstanceKey instance, instances::State state) {
    instances::Transition transition;
    transition.instance = instance;
    transition.state = state;
    tokens.onTransition(transition);
  }
  bool isGood(const std::string& token) { return tokens.find(token).has_value(); }

  ManualClock clock;
  LinkTokens tokens{clock, {.life = minutes(15), .most = 3}};
};

TEST_F(LinkTokensTest, ATokenIsOfItsInstanceAndNobodyGuessesIt) {
  const auto one = issue(7), other = issue(8);
  EXPECT_EQ(one.size(), 43U);
  EXPECT_EQ(
      one.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      one.npos);
  EXPECT_NE(one, other);
  EXPECT_EQ(tokens.find(one)->instance, 7U);
  EXPECT_EQ(tokens.find(other)->instance, 8U);
  for (const auto& wrong : {std::string(), one.substr(1), one + "A", std::string(43, 'A')})
    EXPECT_FALSE(isGood(wrong)) << wrong;
}

TEST_F(LinkTokensTest, ItEndsWithItsTimeWhateverTheWallsClockShows) {
  const auto token = issue(7);
  EXPECT_EQ(tokens.find(token)->expiresAtUs, clock.nowUs() + 15 * 60'000'000LL);
  clock.advance(minutes(15) - seconds(1));
  clock.jump(minutes(-600));
  EXPECT_TRUE(isGood(token));
  clock.advance(seconds(1));
  EXPECT_FALSE(isGood(token));
  EXPECT_EQ(tokens.size(), 0U);
}

TEST_F(LinkTokensTest, TheNextOneEndsTheLast) {
  const auto first = issue(7), second = issue(7);
  EXPECT_FALSE(isGood(first));
  EXPECT_TRUE(isGood(second));
  EXPECT_EQ(tokens.size(), 1U);
}

TEST_F(LinkTokensTest, ALogoutAndTheEndOfTheInstanceEndIt) {
  for (const auto end : {instances::State::loggedOut, instances::State::deleted}) {
    const auto token = issue(7), other = issue(8);
    report(7, end);
    EXPECT_FALSE(isGood(token));
    EXPECT_TRUE(isGood(other));
  }
}

TEST_F(LinkTokensTest, WhatHappensOnTheWayDoesNotEndIt) {
  const auto token = issue(7);
  using enum instances::State;
  for (const auto state : {connecting, qr, pairingCode, passkey, closed, error, closing}) {
    report(7, state);
    ASSERT_TRUE(isGood(token));
    EXPECT_FALSE(tokens.find(token)->done);
  }
}

TEST_F(LinkTokensTest, OnceTheInstanceIsLinkedItSaysSoForAMinute) {
  const auto token = issue(7);
  report(7, instances::State::open);
  clock.advance(LinkTokens::kSaidFor / 2);
  report(7, instances::State::open);  // the account's picture came
  ASSERT_TRUE(isGood(token));
  EXPECT_TRUE(tokens.find(token)->done);
  clock.advance(LinkTokens::kSaidFor / 2);
  EXPECT_FALSE(isGood(token));
}

TEST_F(LinkTokensTest, ThereAreOnlySoManyAndThoseThatEndedMakeRoom) {
  const auto first = issue(1);
  clock.advance(minutes(5));
  issue(2);
  issue(3);
  ASSERT_FALSE(tokens.issue(4));
  EXPECT_EQ(tokens.issue(4).error().code, Errc::overLimit);
  EXPECT_TRUE(tokens.issue(3)) << "it gives up the one it had";
  EXPECT_TRUE(isGood(first)) << "nobody loses his for it";
  clock.advance(minutes(10));
  EXPECT_TRUE(tokens.issue(4));
  EXPECT_EQ(tokens.size(), 3U);
}

}  // namespace
}  // namespace colibri::link_page
