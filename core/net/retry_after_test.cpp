#include "net/retry_after.hpp"

#include <gtest/gtest.h>

namespace colibri::net {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'735'808'400'000'000;  // Thu, 02 Jan 2025 09:00:00 GMT

TEST(RetryAfter, UnderstandsSeconds) {
  EXPECT_EQ(parseRetryAfter("120", kNow), 120s);
  EXPECT_EQ(parseRetryAfter("  7 ", kNow), 7s);
  EXPECT_EQ(parseRetryAfter("0", kNow), 0s);
}

TEST(RetryAfter, UnderstandsTheThreeDateForms) {
  EXPECT_EQ(parseRetryAfter("Thu, 02 Jan 2025 09:01:30 GMT", kNow), 90s);
  EXPECT_EQ(parseRetryAfter("Thursday, 02-Jan-25 09:01:30 GMT", kNow), 90s);
  EXPECT_EQ(parseRetryAfter("Thu Jan  2 09:01:30 2025", kNow), 90s);
  EXPECT_EQ(parseRetryAfter("Thu, 02 Jan 2025 08:00:00 GMT", kNow), 0s) << "the past is now";
}

TEST(RetryAfter, CutsWhatIsTooLongAndIgnoresNonsense) {
  EXPECT_EQ(parseRetryAfter("99999999", kNow), kLongestRetryAfter);
  EXPECT_EQ(parseRetryAfter("99999999999999999999999999", kNow), kLongestRetryAfter);
  EXPECT_EQ(parseRetryAfter("Thu, 02 Jan 2031 08:00:00 GMT", kNow), kLongestRetryAfter);
  EXPECT_EQ(parseRetryAfter("1111111012,2Jan", kNow), kLongestRetryAfter);
  for (const auto* text : {"", " ", "-5", "1.5", "soon", "12x", "Thu, 99 Foo 2025"})
    EXPECT_EQ(parseRetryAfter(text, kNow), 0s) << text;
  EXPECT_EQ(parseRetryAfter(std::string(5000, '1'), kNow), 0s);
}

}  // namespace
}  // namespace colibri::net
