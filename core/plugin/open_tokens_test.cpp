#include "plugin/open_tokens.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "exec/manual_timers.hpp"

namespace colibri::plugin {
namespace {

using namespace std::chrono_literals;

class OpenTokensTest : public ::testing::Test {
 protected:
  using Open = std::unique_ptr<std::string>;  // what is open may be moved only
  using Tokens = OpenTokens<Open>;
  static Open some(const char* what) { return std::make_unique<std::string>(what); }

  ManualClock clock_;
  exec::ManualTimers timers_{clock_};
  Tokens tokens_{timers_, 2};
};

TEST_F(OpenTokensTest, ATokenIsTakenOnceWithWhatWasOpenUnderIt) {
  const auto token = tokens_.open(some("a request"));
  ASSERT_TRUE(token);
  EXPECT_NE(*token, 0u);
  EXPECT_EQ(**tokens_.take(*token), "a request");
  EXPECT_FALSE(tokens_.take(*token)) << "an answer that comes twice";
  EXPECT_FALSE(tokens_.take(*token + 1)) << "one that nobody was given";
}

TEST_F(OpenTokensTest, WhatDoesNotFitStaysTheCallers) {
  ASSERT_TRUE(tokens_.open(some("first")));
  const auto second = tokens_.open(some("second"));
  auto third = some("third");
  EXPECT_FALSE(tokens_.open(third));
  ASSERT_TRUE(third) << "its owner still has to refuse it";
  EXPECT_EQ(tokens_.add(7, some("foreign")), Tokens::Added::full);
  tokens_.take(*second);
  EXPECT_TRUE(tokens_.open(third));
  EXPECT_FALSE(third) << "it is the table's now";
}

TEST_F(OpenTokensTest, ATokenOfSomebodyElsesIsOpenOnceAtATime) {
  EXPECT_EQ(tokens_.add(7, some("first")), Tokens::Added::yes);
  EXPECT_EQ(tokens_.add(7, some("again")), Tokens::Added::twice);
  EXPECT_EQ(**tokens_.take(7), "first");
  EXPECT_EQ(tokens_.add(7, some("later")), Tokens::Added::yes);
}

TEST_F(OpenTokensTest, ItsTimeEndsWithTheAnswerAndOtherwiseComesOnce) {
  std::string late;
  const auto answered = tokens_.open(some("answered")), silent = tokens_.open(some("silent"));
  tokens_.expireAfter(*answered, 10ms, [&] { late += "answered "; });
  tokens_.expireAfter(*silent, 20ms, [&] {
    if (const auto open = tokens_.take(*silent)) late += **open;
  });
  tokens_.take(*answered);
  EXPECT_EQ(timers_.pending(), 1u);
  timers_.advance(30ms);
  EXPECT_EQ(late, "silent");
}

TEST_F(OpenTokensTest, NoTimerIsLeftOfWhatWasAnsweredBeforeItsTimeWasSet) {
  const auto token = tokens_.open(some("quick"));
  tokens_.take(*token);
  tokens_.expireAfter(*token, 10ms, [] { FAIL() << "it was answered"; });
  EXPECT_EQ(timers_.pending(), 0u);
}

TEST_F(OpenTokensTest, WhatIsKeptHasNoTimeAnyMore) {
  const auto token = tokens_.open(some("connection"));
  tokens_.expireAfter(*token, 10ms, [] { FAIL() << "it is open for good"; });
  tokens_.keep(*token);
  timers_.advance(1h);
  EXPECT_TRUE(tokens_.take(*token));
}

TEST_F(OpenTokensTest, OnlyWhatAConditionLetsThroughIsTaken) {
  const auto token = tokens_.open(some("a"));
  EXPECT_FALSE(tokens_.takeIf(*token, [](const Open& open) { return *open == "b"; }));
  EXPECT_TRUE(tokens_.takeIf(*token, [](const Open& open) { return *open == "a"; }));
}

TEST_F(OpenTokensTest, WhatIsOpenCanBeSeenAndChangedWhereItIs) {
  const auto token = tokens_.open(some("a"));
  EXPECT_TRUE(tokens_.with(*token, [](Open& open) { *open += "b"; }));
  std::string seen;
  tokens_.each([&](std::uint64_t, Open& open) { seen += *open; });
  EXPECT_EQ(seen, "ab");
  tokens_.take(*token);
  EXPECT_FALSE(tokens_.with(*token, [](Open&) { FAIL(); }));
}

TEST_F(OpenTokensTest, AtTheEndAllIsTakenAndNoTimerIsLeft) {
  const auto token = tokens_.open(some("a"));
  tokens_.expireAfter(*token, 10ms, [] { FAIL() << "the plugin is gone"; });
  ASSERT_TRUE(tokens_.open(some("b")));
  EXPECT_EQ(tokens_.takeAll().size(), 2u);
  EXPECT_EQ(tokens_.size(), 0u);
  EXPECT_EQ(timers_.pending(), 0u);
}

TEST_F(OpenTokensTest, AClosedTableTakesNothingNewAndKeepsWhatItHas) {
  const auto token = tokens_.open(some("a"));
  tokens_.close();
  EXPECT_FALSE(tokens_.open(some("b")));
  EXPECT_TRUE(tokens_.take(*token));
}

TEST_F(OpenTokensTest, ATokenThatIsLateIsToldFromOneThatNeverWas) {
  const auto token = tokens_.open(some("a"));
  tokens_.take(*token);
  EXPECT_TRUE(tokens_.wasGiven(*token));
  EXPECT_FALSE(tokens_.wasGiven(*token + 1));
  EXPECT_FALSE(tokens_.wasGiven(0));
}

TEST_F(OpenTokensTest, OfManyWhoAnswerAtOnceOneWins) {
  OpenTokens<int> tokens(timers_);
  constexpr int kRounds = 500;
  std::vector<std::uint64_t> given;
  for (int i = 0; i < kRounds; ++i) given.push_back(*tokens.open(int(i)));
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (const auto token : given)
        if (tokens.take(token)) ++taken;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, kRounds);
}

}  // namespace
}  // namespace colibri::plugin
