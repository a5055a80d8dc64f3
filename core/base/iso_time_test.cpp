#include "base/iso_time.hpp"

#include <gtest/gtest.h>

namespace colibri {
namespace {

TEST(IsoTime, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(isoTime(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(isoTime(1'709'251'199'987'654), "2024-02-29T23:59:59.987Z");
}

TEST(IsoTime, IsReadAsItIsWritten) {
  EXPECT_EQ(parseIsoTime("2024-02-29T23:59:59.987Z"), 1'709'251'199'987'000);
  EXPECT_EQ(parseIsoTime("2024-02-29T23:59:59Z"), 1'709'251'199'000'000);
  EXPECT_EQ(parseIsoTime("2024-02-29T23:59:59.987654Z"), 1'709'251'199'987'654);
  EXPECT_EQ(parseIsoTime("2024-02-29T23:59:59.5Z"), 1'709'251'199'500'000);
}

TEST(IsoTime, WhatIsNoTimeIsRefused) {
  for (const char* bad :
       {"", "now", "2024-02-29", "2024-02-29T23:59:59", "2024-02-29 23:59:59Z",
        "2024-02-29T23:59:59+01:00", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567Z", "2024-01-01T00:00:00ZZ",
        "-024-01-01T00:00:00Z", "2024-1-01T00:00:00Z"}) {
    EXPECT_FALSE(parseIsoTime(bad)) << bad;
  }
}

}  // namespace
}  // namespace colibri
