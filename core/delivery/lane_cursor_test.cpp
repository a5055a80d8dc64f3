#include "delivery/lane_cursor.hpp"

#include <gtest/gtest.h>

#include <set>

namespace colibri::delivery {
namespace {

using Sequences = std::vector<std::uint64_t>;

TEST(LaneCursor, MovesTheLowMarkOverWhatIsDoneAboveIt) {
  LaneCursor cursor(10, {});
  cursor.done(12);
  cursor.done(13);
  EXPECT_EQ(cursor.low(), 10u);
  EXPECT_EQ(cursor.above(), (Sequences{12, 13}));
  cursor.done(11);
  EXPECT_EQ(cursor.low(), 13u);
  EXPECT_TRUE(cursor.above().empty());
}

TEST(LaneCursor, PassingMovesOnAndNeverBack) {
  LaneCursor cursor(10, {14});
  EXPECT_TRUE(cursor.passTo(13));
  EXPECT_EQ(cursor.low(), 14u);
  EXPECT_FALSE(cursor.passTo(5));
  EXPECT_EQ(cursor.low(), 14u);
}

TEST(LaneCursor, TakesWhatWasWrittenInAnyOrder) {
  const LaneCursor cursor(3, {9, 2, 4, 7, 9});
  EXPECT_EQ(cursor.low(), 4u);
  EXPECT_EQ(cursor.above(), (Sequences{7, 9}));
  EXPECT_TRUE(cursor.isDone(7));
  EXPECT_TRUE(cursor.isDone(1));
  EXPECT_FALSE(cursor.isDone(8));
}

TEST(LaneCursor, AgreesWithASetOfAllThatIsDone) {
  std::uint64_t chance = 42;
  const auto next = [&chance] {
    return (chance = chance * 6364136223846793005 + 1442695040888963407) >> 33;
  };
  LaneCursor cursor;
  std::set<std::uint64_t> done;
  for (int i = 0; i < 8'000; ++i) {
    const auto sequence = cursor.low() + 1 + next() % 200;
    cursor.done(sequence);
    done.insert(sequence);
    for (std::uint64_t s = cursor.low() + 1; s < cursor.low() + 5; ++s) {
      ASSERT_EQ(cursor.isDone(s), done.contains(s));
    }
    ASSERT_FALSE(done.contains(cursor.low() + 1));
  }
  EXPECT_GT(cursor.low(), 1'000u);
}

}  // namespace
}  // namespace colibri::delivery
