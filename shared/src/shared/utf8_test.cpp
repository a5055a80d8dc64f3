#include "shared/utf8.hpp"

#include <gtest/gtest.h>

namespace colibri::shared::utf8 {
namespace {

TEST(Utf8, DecodesOneToFourBytes) {
  EXPECT_EQ(decode("a").value, U'a');
  EXPECT_EQ(decode("ã!").value, U'ã');
  EXPECT_EQ(decode("€").size, 3u);
  EXPECT_EQ(decode("😀").value, U'😀');
}

TEST(Utf8, RefusesWhatIsNoCharacterOneByteAtATime) {
  for (const auto* text : {"\xff", "\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2(\xa1"}) {
    EXPECT_FALSE(decode(text).valid) << text;
    EXPECT_EQ(decode(text).size, 1u) << text;
  }
}

TEST(Utf8, CountsCharacters) {
  EXPECT_EQ(length(""), 0u);
  EXPECT_EQ(length("São"), 3u);
  EXPECT_EQ(length("a\xff\xff"), 3u);
}

}  // namespace
}  // namespace colibri::shared::utf8
