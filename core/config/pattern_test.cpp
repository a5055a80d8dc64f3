#include "config/pattern.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace colibri::config {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled) << pattern << ": " << compiled.error().message;
  return compiled && compiled->search(text);
}

TEST(Pattern, SearchesAnywhereUnlessAnchored) {
  EXPECT_TRUE(matches("b", "abc"));
  EXPECT_FALSE(matches("^b", "abc"));
  EXPECT_FALSE(matches("b$", "abc"));
  EXPECT_TRUE(matches("^abc$", "abc"));
  EXPECT_FALSE(matches("^abc$", "abc\n"));
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("^$", ""));
  EXPECT_FALSE(matches("^$", "a"));
}

TEST(Pattern, RepeatsAsOften) {
  for (const auto& [text, expected] : {std::pair{"", false},
                                       {"a", false},
                                       {"aa", true},
                                       {"aaaa", true},
                                       {"aaaaa", false},
                                       {"aab", false}}) {
    EXPECT_EQ(matches("^a{2,4}$", text), expected) << text;
  }
  EXPECT_TRUE(matches("^a{3}$", "aaa"));
  EXPECT_FALSE(matches("^a{3}$", "aaaa"));
  EXPECT_TRUE(matches("^a{2,}$", "aaaaaaa"));
  EXPECT_TRUE(matches("^ab?c*d+$", "add"));
  EXPECT_TRUE(matches("^ab?c*d+$", "abcccd"));
  EXPECT_FALSE(matches("^ab?c*d+$", "abbd"));
}

TEST(Pattern, ChoosesBetweenAlternatives) {
  for (const auto* text : {"cat", "dog", "bird"})
    EXPECT_TRUE(matches("^(cat|dog|(?:bi)rd)$", text));
  EXPECT_FALSE(matches("^(cat|dog|(?:bi)rd)$", "catdog"));
  EXPECT_TRUE(matches("^(a|)b$", "b"));
  EXPECT_TRUE(matches("^(ab|cd){2}x$", "cdabx"));
}

TEST(Pattern, KnowsClasses) {
  EXPECT_TRUE(matches("^[a-z0-9_-]+$", "abc-9_"));
  EXPECT_FALSE(matches("^[a-z]+$", "aBc"));
  EXPECT_TRUE(matches("^[^/]+$", "abc"));
  EXPECT_FALSE(matches("^[^/]+$", "a/c"));
  EXPECT_TRUE(matches("^\\d\\w\\s\\.$", "1_ ."));
  EXPECT_TRUE(matches("^[\\d.]+$", "1.2"));
  EXPECT_TRUE(matches("^[\\W]$", "-"));
  EXPECT_FALSE(matches("^[\\W]$", "a"));
  EXPECT_TRUE(matches("^[\\]\\\\-]+$", "]\\-"));
}

TEST(Pattern, CountsCharactersNotBytes) {
  EXPECT_TRUE(matches("^.{3}$", "São"));
  EXPECT_TRUE(matches("^[ã€]$", "€"));
  EXPECT_FALSE(matches("^.$", "\xff")) << "a byte that is no character matches nothing";
}

TEST(Pattern, LoopsAroundNothingEnd) {
  EXPECT_TRUE(matches("^(a*)*$", "aaa"));
  EXPECT_FALSE(matches("^(a*)*$", "aab"));
  EXPECT_TRUE(matches("^(|a)+$", "aa"));
}

TEST(Pattern, HostilePairsStayLinear) {
  const std::string text(60'000, 'a');
  const auto started = std::clock();
  for (const auto* pattern : {"^(a+)+$", "^(a|aa)+$", "(a*)*b", "^(.*)*(.*)*(.*)*x$", "(x+x+)+y"}) {
    matches(pattern, text + "!");
  }
  // Backtracking would take longer than the universe has; this takes milliseconds.
  EXPECT_LT(std::clock() - started, 20 * CLOCKS_PER_SEC) << "of a core, busy or not";
}

TEST(Pattern, RefusesWhatItCannotReadAndSaysWhere) {
  for (const auto* pattern :
       {"(",      ")",           "(a",    "a)",      "[a",
        "[z-a]",  "[[:alpha:]]", "*a",    "a**",     "a{2",
        "a{3,2}", "a{9999}",     "(?=a)", "(?<n>a)", "\\b",
        "\\1",    "\\",          "\xff",  "a{,3}",   "(((((((((((((((((((a)))))))))))))))))))"}) {
    EXPECT_FALSE(Pattern::compile(pattern)) << pattern;
  }
  EXPECT_EQ(Pattern::compile("ab)").error().message, "unexpected ) at character 3 of the pattern");
}

TEST(Pattern, RefusesPatternsThatGrowWithoutBound) {
  for (const auto* pattern : {"(a{100}){100}", "((a{30}){30}){30}", "a{1000}b"}) {
    const auto compiled = Pattern::compile(pattern);
    ASSERT_FALSE(compiled) << pattern;
    EXPECT_EQ(compiled.error().message, "the pattern is too large");
  }
}

}  // namespace
}  // namespace colibri::config
