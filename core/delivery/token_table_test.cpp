#include "delivery/token_table.hpp"

#include <gtest/gtest.h>

namespace colibri::delivery {
namespace {

TEST(TokenTable, TheFirstAnswerWins) {
  TokenTable table;
  const auto token = table.issue({1, {}, 100});
  EXPECT_TRUE(table.take(token));
  EXPECT_FALSE(table.take(token));
  EXPECT_FALSE(table.take(token + 1));
  EXPECT_NE(table.issue({1, {}, 100}), token);
}

TEST(TokenTable, FindsWhatIsOverdueEarliestFirst) {
  TokenTable table;
  const auto late = table.issue({1, {}, 200});
  const auto early = table.issue({1, {}, 100});
  EXPECT_EQ(table.earliestUs(), 100);
  EXPECT_FALSE(table.nextExpired(99));
  EXPECT_EQ(table.nextExpired(300), early);
  table.take(early);
  EXPECT_EQ(table.nextExpired(300), late);
  table.take(late);
  EXPECT_FALSE(table.earliestUs());
}

TEST(TokenTable, KnowsTheAttemptsOfALane) {
  TokenTable table;
  const auto first = table.issue({1, {}, 1});
  table.issue({2, {}, 1});
  const auto third = table.issue({1, {}, 1});
  EXPECT_EQ(table.of(1), (std::vector<std::uint64_t>{first, third}));
  EXPECT_EQ(table.of(3).size(), 0u);
  EXPECT_EQ(table.all().size(), 3u);
}

}  // namespace
}  // namespace colibri::delivery
