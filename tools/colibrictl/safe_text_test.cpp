#include "safe_text.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace colibri::ctl {
namespace {

TEST(SafeText, WhatPeopleWriteStaysAsItIs) {
  for (const auto* text :
       {"", "Ana", "João & Søn", "дом", "日本", "👩‍👩‍👧", "a\\x1b", "\u00a0"})
    EXPECT_EQ(safe(text), text);
}

TEST(SafeText, NothingThatMovesTheCursorOrTurnsTheTextGetsThrough) {
  EXPECT_EQ(safe("a\x1b[2J\r\n\tb\x7f"), "a\\x1b[2J\\x0d\\x0a\\x09b\\x7f");
  EXPECT_EQ(safe("\u009b31m\u0085"), "\\x9b31m\\x85");  // the same in one character
  EXPECT_EQ(safe("a\u202ecod.exe\u2066\u200f"), "a\\u202ecod.exe\\u2066\\u200f");
  EXPECT_EQ(safe("\u2028\u2029\ufeff"), "\\u2028\\u2029\\ufeff");
  EXPECT_EQ(safe("\U000e0041"), "\\U000e0041");
  EXPECT_EQ(safe(std::string("\0", 1)), "\\x00");
}

TEST(SafeText, BytesThatAreNotUtf8AreShownAsBytes) {
  EXPECT_EQ(safe("\x9b\x31m"), "\\x9b1m");             // what a terminal of 8 bits would obey
  EXPECT_EQ(safe("\xc2"), "\\xc2");                    // cut off
  EXPECT_EQ(safe("\xc0\x9b"), "\\xc0\\x9b");           // too long a form
  EXPECT_EQ(safe("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a pair
  EXPECT_EQ(safe("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(SafeText, JsonStaysTheSameJson) {
  const std::string text = "{\"a\":\"\u202e\u009b\x7f \U000e0041 é\",\n\"b\":1}";
  const auto line = safeJson(text);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(safe(line), line);
  EXPECT_EQ(boost::json::parse(line), boost::json::parse(text));
}

}  // namespace
}  // namespace colibri::ctl
