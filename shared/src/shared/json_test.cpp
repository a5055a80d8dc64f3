#include "shared/json.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "shared/testing_collisions.hpp"

namespace colibri::shared {
namespace {

namespace json = boost::json;

std::string faultOf(std::string_view text, const JsonLimits& limits = {}) {
  const auto parsed = parseJson(text, limits);
  return parsed.fault ? parsed.fault->what : "none";
}

/// {"0":0,"1":0,…}: as JavaScript writes bytes.
std::string numbered(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i)
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i % 256);
  return text + "}";
}

std::string repeated(const std::string& item, std::size_t times) {
  std::string text = "[";
  for (std::size_t i = 0; i < times; ++i) text += (i == 0 ? "" : ",") + item;
  return text + "]";
}

TEST(JsonAttack, KeysThatCollideAreRefusedAtTheFirstThatIsTooMany) {
  const auto keys = testing::collidingKeys(65'536);
  for (const std::uint64_t table : {0x7f0012340010ULL, 0x55aa00007010ULL, 0x7fff0000f010ULL}) {
    const auto bucket = testing::digest(keys.front(), table) % keys.size();
    const auto inIt = std::ranges::count_if(
        keys, [&](const auto& key) { return testing::digest(key, table) % keys.size() == bucket; });
    ASSERT_EQ(inIt, 65'536) << "the keys are no attack on a table at " << table;
  }
  const auto text = testing::objectOf(keys);
  const auto parsed = parseJson(text);
  ASSERT_TRUE(parsed.fault);
  EXPECT_EQ(parsed.fault->what, "has an object of more than 256 members");
  const std::size_t perMember = text.size() / keys.size();
  EXPECT_LE(parsed.fault->at, 258 * perMember) << "it went on reading";
  EXPECT_TRUE(parsed.value.is_null());
}

TEST(JsonAttack, ManyObjectsOfCollidingKeysAreRefusedInAll) {
  const auto object = testing::objectOf(testing::collidingKeys(256));
  EXPECT_TRUE(parseJson(repeated(object, 39)));
  const auto parsed = parseJson(repeated(object, 256));
  ASSERT_TRUE(parsed.fault);
  EXPECT_EQ(parsed.fault->what, "has more than 10,000 members in all its objects together");
  EXPECT_LE(parsed.fault->at, 40 * (object.size() + 1)) << "it went on reading";
}

TEST(JsonAttack, MembersAreCountedPerObjectWhateverIsNestedInIt) {
  const JsonLimits limits{.members = 3, .allMembers = 100};
  EXPECT_EQ(faultOf(R"({"a":{"a":1,"b":2,"c":3},"b":[{"a":1,"b":2,"c":3}],"c":0})", limits),
            "none");
  EXPECT_EQ(faultOf(R"({"a":{"a":1,"b":2,"c":3},"b":[{"a":1}],"c":0,"d":{}})", limits),
            "has an object of more than 3 members");
  EXPECT_EQ(faultOf(R"({"a":1,"a":1,"a":1,"a":1})", limits),
            "has an object of more than 3 members");
  EXPECT_EQ(faultOf(R"([{"a":1},{"a":1},{"a":1}])", {.members = 3, .allMembers = 2}),
            "has more than 2 members in all its objects together");
}

TEST(Json, BytesAsNumberedMembersAreTakenWhateverTheirNumber) {
  const auto parsed = parseJson(R"({"jpegThumbnail":)" + numbered(100'000) + R"(,"caption":"x"})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed.value.at("jpegThumbnail").as_object().size(), 100'000U);
  EXPECT_EQ(parsed.value.at("jpegThumbnail").at("65537"), 1);
}

TEST(JsonAttack, OnlyKeysThatCountFromTheBeginningAreNotCounted) {
  const JsonLimits limits{.members = 1, .allMembers = 100};
  EXPECT_EQ(faultOf(R"({"0":0,"1":1,"2":2,"x":0})", limits), "none");
  for (const auto* text :
       {R"({"1":0,"2":0})", R"({"0":0,"2":0,"3":0})", R"({"x":0,"0":0})", R"({"0":0,"0":0,"1":1})",
        R"({"0":0,"01":0,"2":0})", R"({"0":0,"x":0,"1":0})", R"({"+0":0,"1":0})"}) {
    EXPECT_EQ(faultOf(text, limits), "has an object of more than 1 members") << text;
  }
}

TEST(Json, WhatClientsSendIsTaken) {
  EXPECT_TRUE(
      parseJson(R"({"mentioned":)" + repeated("\"5511999990000@s.whatsapp.net\"", 50'000) + "}"));
  EXPECT_TRUE(parseJson("{\"text\":\"" + std::string(1'000'000, 'x') + "\"}"));
  EXPECT_TRUE(parseJson(repeated(R"({"number":"1","name":"n"})", 5'000)));
}

TEST(Json, ReadsAsBoostDoes) {
  for (const auto* text :
       {"null", " true ", "false\n", "0", "-1", "18446744073709551615", "1.5e3", "\"\"", "[]", "{}",
        R"("a\u00e9\n\ud83d\ude00b")", R"({"a":[1,2,{"b":null}],"a":2})", R"({"":{"":[[]]}})",
        R"({"long key with an escape \t in it":1.25})"}) {
    const auto parsed = parseJson(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.fault->what;
    EXPECT_EQ(parsed.value, json::parse(text)) << text;
  }
}

TEST(JsonAttack, ANumberThatCouldNotBeWrittenAgainIsRefused) {
  for (const auto* text : {"1e400", "-1e400", "0e400", "1e309", "[0.0e400]", R"({"a":1e999})"}) {
    EXPECT_EQ(faultOf(text), "has a number that is too large") << text;
    EXPECT_FALSE(isJson(text, 32)) << text;
  }
  for (const auto* text : {"1.7976931348623157e308", "1e-400", "123456789012345678901234567890"})
    EXPECT_TRUE(json::parse(json::serialize(parseJson(text).value)).is_number()) << text;
  EXPECT_TRUE(faultOf("1e99999999999").starts_with("is not JSON: "));
}

TEST(Json, DepthIsLimitedInBothWays) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(parseJson(nested(32)));
  EXPECT_EQ(faultOf(nested(33)), "is nested more than 32 levels deep");
  EXPECT_EQ(faultOf(std::string(1'000'000, '[')), "is nested more than 32 levels deep");
  EXPECT_TRUE(isJson(nested(64), 64));
  EXPECT_FALSE(isJson(nested(65), 64));
}

TEST(Json, WhatIsNoJsonInUtf8IsRefusedAndPlaced) {
  const std::string_view texts[] = {"",
                                    "  ",
                                    "{",
                                    "[1,]",
                                    "{\"a\":1,}",
                                    "nul",
                                    "01",
                                    "+1",
                                    "\"\x80\"",
                                    "\"\xc0\xaf\"",
                                    "\"\xed\xa0\x80\"",
                                    "\"\xf5\x80\x80\x80\"",
                                    "\"\xe2\x82\"",
                                    "\"\n\"",
                                    R"("\ud800")",
                                    R"("\x")",
                                    "// no\n1",
                                    "1 2",
                                    "{} x",
                                    "\xef\xbb\xbf{}",
                                    "NaN",
                                    {"1\0", 2}};
  for (const auto text : texts) {
    const auto parsed = parseJson(text);
    ASSERT_TRUE(parsed.fault) << text;
    EXPECT_TRUE(parsed.fault->what.starts_with("is not JSON: ")) << parsed.fault->what;
    EXPECT_LE(parsed.fault->at, text.size());
    EXPECT_FALSE(isJson(text, 32)) << text;
  }
  EXPECT_EQ(parseJson("{} x").fault->at, 3U);
}

/// What is at root."id", root."key"."id" and whether root."list" is an array: "-" = nothing.
std::string found(std::string_view text) {
  JsonPlace places[] = {{"", "id"}, {"key", "id"}, {"", "list"}};
  const auto fault = findInJson(text, 32, places);
  const auto at = [&](std::size_t i) { return places[i].text.value_or("-"); };
  return at(0) + " " + at(1) + (places[2].isArray ? " list" : "") + (fault ? " fault" : "");
}

TEST(Json, StringsAreFoundAtTheirPlacesAndNowhereElse) {
  EXPECT_EQ(found(R"({"a":{"id":"x"},"key":{"b":1,"id":"2"},"id":"1","list":[]})"), "1 2 list");
  EXPECT_EQ(found(R"({"key":{"id":"2"},"a":{"key":{"id":"x"}},"b":[{"id":"x"}]})"), "- 2");
  EXPECT_EQ(found(R"({"key":{"a":{"id":"x"},"list":[1]},"id":{"id":"x"},"list":"[]"})"), "- -");
  EXPECT_EQ(found(R"({"key":[{"id":"x"}],"id":["x"],"list":[{"id":"x"},"x"]})"), "- - list");
  EXPECT_EQ(found(R"([{"id":"x"},{"key":{"id":"x"}}])"), "- -");
  EXPECT_EQ(found(R"({"id":1,"key":"id"})"), "- -");
  EXPECT_EQ(found(R"("id")"), "- -");
}

TEST(Json, StringsAreFoundAsTheyAreMeantNotAsTheyAreWritten) {
  EXPECT_EQ(found(R"({"\u006bey":{"i\u0064":"a\n\u00e9"},"id":"\""})"), "\" a\n\xc3\xa9");
  EXPECT_EQ(found(R"({"id":"1","id":"2","key":{"id":"x"},"key":{"id":"3"}})"), "2 3");
  EXPECT_EQ(found(R"({"id":"1","id":2,"key":{"id":"x"},"key":null,"list":[],"list":1})"), "- -");
  const std::string longText(100'000, 'x');
  EXPECT_EQ(found(R"({"\u0069d":"\u0031)" + longText + R"(","key":{"id":"2"}})"),
            "1" + longText + " 2");
}

TEST(Json, WhatIsFoundBeforeAFaultStaysAndTheFaultIsTold) {
  EXPECT_EQ(found(R"({"id":"1","key":{"id":"2"})"), "1 2 fault");
  EXPECT_EQ(found(R"({"id":"1"} x)"), "1 - fault");
  EXPECT_EQ(found(""), "- - fault");
  EXPECT_EQ(found(std::string(40, '[') + std::string(40, ']')), "- - fault");
}

TEST(Json, WhatIsOnlyCheckedMayHaveAnyNumberOfMembers) {
  EXPECT_TRUE(isJson(testing::objectOf(testing::collidingKeys(1'000)), 32));
}

}  // namespace
}  // namespace colibri::shared
