#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace colibri {
namespace {

TEST(Ids, UlidsOfLaterMomentsSortLater) {
  ManualClock clock;
  const auto first = newUlid(clock);
  clock.advance(std::chrono::milliseconds(1));
  const auto second = newUlid(clock);
  EXPECT_EQ(first.size(), 26u);
  EXPECT_LT(first, second);
}

TEST(Ids, UlidCarriesTheMillisecondInItsFirstTenDigits) {
  ManualClock clock(1'469'918'176'385'000);  // the example of the ULID specification
  EXPECT_EQ(newUlid(clock).substr(0, 10), "01ARYZ6S41");
}

TEST(Ids, UuidHasVersionAndVariant) {
  const auto id = newUuid();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(Ids, DoNotRepeat) {
  ManualClock clock;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(newUlid(clock)).second);
    EXPECT_TRUE(seen.insert(newUuid()).second);
  }
}

}  // namespace
}  // namespace colibri
