#include "log/redaction.hpp"

#include <gtest/gtest.h>

namespace colibri::log {
namespace {

TEST(Redaction, ReplacesEveryOccurrence) {
  RedactionSet set;
  EXPECT_TRUE(set.add("s3cret-key"));
  EXPECT_EQ(set.apply("a s3cret-key, s3cret-keys3cret-key!"), "a ***, ******!");
}

TEST(Redaction, TheLongerOfTwoSecretsGoesWhole) {
  RedactionSet set;
  set.add("abcdef");
  set.add("abcdef-123456");
  EXPECT_EQ(set.apply("abcdef-123456 abcdef"), "*** ***");
}

TEST(Redaction, DoesNotTakeValuesThatWouldBlotOutOrdinaryWords) {
  RedactionSet set;
  EXPECT_FALSE(set.add(""));
  EXPECT_FALSE(set.add("true"));
  EXPECT_EQ(set.apply("true"), "true");
}

TEST(Redaction, FindsSecretsWithSpecialCharacters) {
  RedactionSet set;
  set.add("line\nbreak\"quote");
  EXPECT_EQ(set.apply("x line\nbreak\"quote y"), "x *** y");
}

}  // namespace
}  // namespace colibri::log
