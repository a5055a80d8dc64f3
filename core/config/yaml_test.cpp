#include "config/yaml.hpp"

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

namespace colibri::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string read(const std::string& yaml) {
  const auto document = parseYaml(yaml);
  EXPECT_TRUE(document) << document.error().message;
  return document ? boost::json::serialize(document->root) : "";
}

std::string refusal(const std::string& yaml) {
  const auto document = parseYaml(yaml);
  EXPECT_FALSE(document) << yaml.substr(0, 100);
  return document ? "" : document.error().message;
}

TEST(Yaml, ReadsTheCoreTypes) {
  EXPECT_EQ(read("a: 1\nb: -2.5\nc: true\nd: ~\ne: text\nf: [1, x]\ng: {h: i}\n"),
            R"({"a":1,"b":-2.5E0,"c":true,"d":null,"e":"text","f":[1,"x"],"g":{"h":"i"}})");
}

TEST(Yaml, QuotedAndTaggedScalarsAreStrings) {
  EXPECT_EQ(read("a: \"1\"\nb: 'true'\nc: !!str 1\nd: |\n  1\n"),
            R"({"a":"1","b":"true","c":"1","d":"1\n"})");
}

TEST(Yaml, DoesNotGuess) {
  EXPECT_EQ(
      read("a: 010\nb: yes\nc: 0x10\nd: .inf\ne: 1e999\nf: 1_000\ng: +1\nh: 2001-01-01\n"),
      R"({"a":"010","b":"yes","c":"0x10","d":".inf","e":"1e999","f":"1_000","g":"+1","h":"2001-01-01"})");
}

TEST(Yaml, AnEmptyFileIsAnEmptyObject) {
  EXPECT_EQ(read(""), "{}");
  EXPECT_EQ(read("# only this\n"), "{}");
}

TEST(Yaml, KnowsWhereEverythingStands) {
  const auto document = parseYaml("server:\n  port: 8080\n  list: [a,\n    b]\n");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->placeOf("server.port", true).line, 2);
  EXPECT_EQ(document->placeOf("server.port", true).column, 3);
  EXPECT_EQ(document->placeOf("server.port", false).column, 9);
  EXPECT_EQ(document->placeOf("server.list[1]", false).line, 4);
  EXPECT_EQ(document->placeOf("server.missing.deeper", false).line, 1) << "what is around it";
}

TEST(Yaml, RefusesDuplicateKeysAliasesTagsAndSecondDocuments) {
  EXPECT_EQ(refusal("a: 1\nb:\n  c: 1\n  c: 2\n"), "4:3: b.c: is there twice");
  EXPECT_EQ(refusal("a: &x 1\nb: *x\n"), "2:4: aliases are not supported");
  EXPECT_THAT(refusal("a: !!binary eHg=\n"), StartsWith("1:4: the tag"));
  EXPECT_THAT(refusal("a: 1\n---\nb: 2\n"), HasSubstr("more than one document"));
  EXPECT_THAT(refusal("? [a, b]\n: c\n"), HasSubstr("a key must be a plain text"));
}

TEST(Yaml, RefusesAnAliasBombBeforeItGrows) {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            "]\n";
  }
  EXPECT_THAT(refusal(yaml), HasSubstr("aliases are not supported"));
}

TEST(Yaml, RefusesWhatIsTooDeepTooLargeOrTooMuch) {
  EXPECT_THAT(refusal(std::string(100, '[') + std::string(100, ']')), HasSubstr("32 levels"));
  EXPECT_THAT(refusal("a: " + std::string(100'000, '[') + std::string(100'000, ']')),
              HasSubstr("32 levels"));
  EXPECT_FALSE(parseYaml(std::string(100'000, '[')));
  EXPECT_FALSE(parseYaml(std::string(100'000, '{')));
  std::string blocks;
  for (int i = 0; i < 100; ++i) blocks += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(refusal(blocks), HasSubstr("32 levels"));
  EXPECT_THAT(refusal(std::string(1024 * 1024 + 1, '#')), HasSubstr("1 MB"));
  std::string many = "a: [";
  for (int i = 0; i < 10'001; ++i) many += "1,";
  EXPECT_THAT(refusal(many + "1]"), HasSubstr("10,000 values"));
}

TEST(Yaml, RefusesWhatIsNotPlainUtf8) {
  EXPECT_EQ(refusal("a: 1\nb: \xff\n"), "2:4: is not plain UTF-8");
  EXPECT_THAT(refusal(std::string("a: \0", 4)), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal("\xef\xbb\xbf"
                      "a: 1"),
              HasSubstr("UTF-8"));
}

TEST(Yaml, SaysWhereTheSyntaxIsWrong) {
  EXPECT_THAT(refusal("a: 1\n b: 2\n"), StartsWith("2:"));
  for (const auto* open : {"b: 1\na: \"open\nb: 2\n", "b: 1\na: 'open\nb: 2\n",
                           "b: 1\na: 'it''s\nb: 2\n", "b: 1\na: \"a\\\"\n"}) {
    EXPECT_THAT(refusal(open), StartsWith("2:")) << open;
  }
  EXPECT_EQ(read("a: 'it''s'\nb: \"\\\"\"\nc: |\n  \"open\n"),
            R"({"a":"it's","b":"\"","c":"\"open\n"})");
  EXPECT_THAT(refusal("a: \t\n\t- b\n"), testing::MatchesRegex("[0-9]+:[0-9]+: .*"));
}

}  // namespace
}  // namespace colibri::config
