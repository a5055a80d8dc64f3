#include "delivery/retention.hpp"

#include <gtest/gtest.h>

namespace colibri::delivery {
namespace {

/// `count` events of 100 bytes, one a second.
LogExtent extentOf(std::uint64_t count) {
  LogExtent extent;
  for (std::uint64_t s = 1; s <= count; ++s) {
    extent.appended({s, static_cast<std::int64_t>(s) * 1'000'000, 100});
  }
  return extent;
}

TEST(LogExtent, KnowsWhatIsOlderToWithinAStride) {
  const auto extent = extentOf(10'000);
  const auto older = extent.olderThan(std::int64_t{5'000} * 1'000'000);
  EXPECT_LT(older, 5'000u);
  EXPECT_GE(older, 5'000u - 128);
  EXPECT_EQ(extent.olderThan(1), 0u);
  EXPECT_EQ(extent.olderThan(std::int64_t{20'000} * 1'000'000), 10'000u);
}

TEST(LogExtent, KnowsFromWhereOnItFitsIntoSoManyBytes) {
  const auto extent = extentOf(10'000);
  EXPECT_EQ(extent.beyond(1'000'000), 0u);
  const auto from = extent.beyond(100'000);
  EXPECT_GE(from, 9'000u);
  EXPECT_LE(from, 9'000u + 128);
}

TEST(LogExtent, CountsOnlyWhatIsLeft) {
  auto extent = extentOf(10'000);
  extent.dropped(extent.olderThan(std::int64_t{9'000} * 1'000'000));
  EXPECT_EQ(extent.beyond(150'000), 0u);
  EXPECT_GE(extent.beyond(50'000), 9'500u);
}

TEST(LogExtent, EstimatesWhatWasThereBeforeFromSamples) {
  LogExtent extent;
  for (std::uint64_t s = 1'001; s <= 1'100; ++s) {
    extent.appended({s, static_cast<std::int64_t>(s) * 1'000'000, 100});
  }
  extent.sampled({{1, 1'000'000, 100}, {501, 501'000'000, 100}, {1'000, 1'000'000'000, 100}});
  EXPECT_EQ(extent.olderThan(600'000'000), 501u);
  EXPECT_EQ(extent.beyond(200'000), 0u);
  EXPECT_EQ(extent.beyond(70'000), 501u);
}

TEST(LogExtent, StaysSmallHoweverLongTheLogGrows) {
  const auto extent = extentOf(1'000'000);
  const auto older = extent.olderThan(std::int64_t{500'000} * 1'000'000);
  EXPECT_LT(older, 500'000u);
  EXPECT_GE(older, 480'000u);
}

/// The bytes are found by marks of after the samples, too, and the first of those that leave little
/// enough is the one.
TEST(LogExtent, FindsTheBytesAmongMarksThatAreNewerThanTheSamples) {
  LogExtent extent;
  for (std::uint64_t s = 1'001; s <= 2'000; ++s) {
    extent.appended({s, static_cast<std::int64_t>(s) * 1'000'000, 100});
  }
  extent.sampled({{1, 1'000'000, 100}, {501, 501'000'000, 100}, {1'000, 1'000'000'000, 100}});
  for (const std::uint64_t left : {90'000u, 50'000u, 20'000u}) {
    const auto from = extent.beyond(left);
    EXPECT_GE(from, 2'000u - left / 100) << left;
    EXPECT_LE(from, 2'000u - left / 100 + 64) << left;
  }
}

TEST(Retention, KeepsWhatALaneStillNeeds) {
  const RetentionRules rules{990'000'000, 1'000'000'000};
  const auto extent = extentOf(1'000);
  EXPECT_EQ(droppable(rules, extent, 100), 100u);
  EXPECT_GT(droppable(rules, extent, 1'000), 800u);
  EXPECT_LE(droppable(rules, extent, 1'000), 990u);
}

TEST(Retention, DropsByBytesBeforeTheTimeIsUp) {
  const RetentionRules rules{0, 10'000};
  const auto extent = extentOf(1'000);
  EXPECT_GE(droppable(rules, extent, 1'000), 900u);
}

}  // namespace
}  // namespace colibri::delivery
