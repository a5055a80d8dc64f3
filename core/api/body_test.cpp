#include "api/body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/testing_collisions.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;
using ::testing::StartsWith;

std::string errorOf(std::string_view text) {
  const auto parsed = parseObject(text);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(Body, AnEmptyBodyIsAnEmptyObject) {
  EXPECT_TRUE(parseObject("").value().empty());
  EXPECT_TRUE(parseObject(" \n").value().empty());
}

TEST(Body, SaysWhereTheJsonBreaks) {
  EXPECT_NE(errorOf("{\n  \"a\": 1,\n  oops\n}").find("line 3, column 3"), std::string::npos)
      << errorOf("{\n  \"a\": 1,\n  oops\n}");
  EXPECT_NE(errorOf("{\"a\":").find("line 1"), std::string::npos);
  EXPECT_NE(errorOf("{} x").find("line 1, column 4"), std::string::npos) << errorOf("{} x");
}

TEST(Body, RefusesWhatIsNoObject) {
  for (const auto* text : {"[]", "1", "\"x\"", "null", "true"}) {
    EXPECT_EQ(errorOf(text), "the body must be a JSON object") << text;
  }
}

TEST(Body, RefusesNestingThatWouldExhaustTheStack) {
  EXPECT_NE(errorOf("{\"a\":" + std::string(100'000, '[')), "accepted");
}

TEST(BodyAttack, KeysThatCollideAreRefusedWhereTheirNumberPassesTheLimit) {
  const auto text =
      "{\n\"webhook\":" + shared::testing::objectOf(shared::testing::collidingKeys(65'536)) + "}";
  EXPECT_THAT(errorOf(text),
              StartsWith("the body has an object of more than 256 members, at line 2, column "));
}

TEST(FieldsAttack, AThousandUnknownMembersAreNotNamedOneByOne) {
  json::object body;
  for (int i = 0; i < 1'000; ++i) body["k" + std::to_string(i)] = i;
  Fields fields(body);
  fields.only({"k7"});
  ASSERT_EQ(fields.errors().size(), 21U);
  EXPECT_EQ(fields.errors().front(), "\"k0\" is not a known member");
  EXPECT_EQ(fields.errors().back(), "and 979 more members that are not known");
}

TEST(FieldsAttack, AnUnknownMemberIsNotRepeatedAtAnyLength) {
  const json::object body{{std::string(100'000, 'k'), 1}};
  Fields fields(body);
  fields.only({"a"});
  EXPECT_LT(fields.errors().at(0).size(), 128U);
}

TEST(Fields, CollectsEverythingThatIsWrong) {
  const auto body =
      parseObject(R"({"name":5,"flag":"yes","list":[1],"extra":1,"n":99,"o":[]})").value();
  Fields fields(body);
  fields.text("name");
  fields.requiredText("absent");
  fields.flag("flag");
  fields.texts("list");
  fields.number("n", 0, 10);
  fields.object("o");
  fields.only({"name", "flag", "list", "n", "o"});
  EXPECT_EQ(fields.errors(),
            (std::vector<std::string>{
                "name must be a string", "absent is required", "flag must be true or false",
                "list must be an array of strings", "n must be a whole number from 0 to 10",
                "o must be an object", "\"extra\" is not a known member"}));
}

TEST(Fields, NullCountsAsAbsent) {
  const auto body = parseObject(R"({"name":null})").value();
  Fields fields(body);
  EXPECT_EQ(fields.text("name"), "");
  EXPECT_TRUE(fields.errors().empty());
}

}  // namespace
}  // namespace colibri::api
