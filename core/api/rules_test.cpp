#include "api/rules.hpp"

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

using catalogue::Dialect;

/// What is told about a body or a query.
class ToldBy {
 public:
  explicit ToldBy(const catalogue::Operation& operation) : rules_(operation) {}

  json::array operator()(const std::string& body, Dialect dialect = Dialect::native,
                         const std::vector<std::pair<std::string, std::string>>& query = {}) {
    http::Request request;
    request.body = body;
    for (const auto& [name, value] : query) request.query.add(name, value);
    brought = {};
    const auto answer = rules_.read(request, dialect, brought);
    if (!answer) return {};
    EXPECT_EQ(answer->status, 400);
    return json::parse(answer->body).at("response").at("message").as_array();
  }
  Brought brought;

 private:
  Rules rules_;
};

constexpr catalogue::Spelling kSpellings[] = {{"textMessage.text", "text"}, {"wait", "delay"}};
constexpr std::string_view kOfV2[] = {"number"};
constexpr catalogue::Operation kOperation{
    .id = "test",
    .method = "POST",
    .router = "test",
    .name = "",
    .body = R"({"type":"object","additionalProperties":false,"required":["text"],"properties":{
        "text":{"type":"string","x-colibri-not-blank":true,"x-colibri-says":"Text is required"},
        "delay":{"type":"integer","minimum":0,"maximum":9,"default":3},
        "kind":{"enum":["a","b"]},"key":{"type":["string","null"]},
        "form":{"anyOf":[{"type":"object","required":["url"],"properties":{"url":{"type":"string"}}},
                         {"type":"object","required":["off"],"properties":{"off":{"const":true}}}]}}})",
    .query = R"({"type":"object","properties":{"limit":{"type":"integer","minimum":1,"maximum":5},
        "number":{"type":"string"}}})",
    .queryOfV2 = kOfV2,
    .spellings = kSpellings};

TEST(Rules, EverythingThatIsWrongIsToldAtOnceInOurWords) {
  ToldBy told(kOperation);
  EXPECT_EQ(told(R"({"text":" ","delay":"1","kind":"c","colour":1})"),
            (json::array{"Text is required", "delay: is a string, allowed: an integer from 0 to 9",
                         "kind: is not one of the known values, allowed: a, b",
                         "colour: is not a known key, allowed: delay, form, key, kind, text"}));
}

TEST(Rules, ClientsOfV2AreToldInTheWordsOfTheirServersAndUnknownMembersAreNoFault) {
  ToldBy told(kOperation);
  EXPECT_EQ(told(R"({"delay":"1","kind":"c","colour":1})", Dialect::v2),
            (json::array{json::array{"instance requires property \"text\"",
                                     "delay is not of a type(s) integer",
                                     "kind is not one of enum values: a,b"}}));
  EXPECT_EQ(
      told(R"({"text":"","delay":10})", Dialect::v2),
      (json::array{json::array{"Text is required", "delay must be less than or equal to 9"}}));
}

TEST(Rules, AlternativesAreExplainedByTheNearestOne) {
  ToldBy told(kOperation);
  EXPECT_EQ(told(R"({"text":"x","form":{}})"),
            (json::array{"form.url: is missing, allowed: a string"}));
  EXPECT_EQ(told(R"({"text":"x","form":5})"),
            (json::array{"form: is an integer, allowed: an object"}));
}

TEST(Rules, ABodyArrivesInOurSpellingWithDefaultsAndWithoutNulls) {
  ToldBy told(kOperation);
  EXPECT_TRUE(
      told(R"({"textMessage":{"text":"hi"},"wait":null,"kind":null,"key":null,"x":1})", Dialect::v2)
          .empty());
  EXPECT_EQ(told.brought.body, (json::object{{"text", "hi"}, {"key", nullptr}, {"delay", 3}}));
  EXPECT_TRUE(told(R"({"textMessage":{"text":"theirs"},"text":"ours"})", Dialect::v2).empty());
  EXPECT_EQ(told.brought.body.at("text"), "ours");
  EXPECT_FALSE(told(R"({"textMessage":{"text":"hi"}})").empty())
      << "natively there is one spelling";
}

constexpr catalogue::Operation commandWith(std::string_view body, std::string_view query) {
  return {.id = "test",
          .method = "POST",
          .router = "test",
          .name = "",
          .carrier = catalogue::Carrier::command,
          .body = body,
          .query = query};
}

TEST(Rules, ACommandTakesFromTheQueryWhatItsBodyLacks) {
  const auto operation = commandWith(
      R"({"type":"object","additionalProperties":false,"required":["group","name"],"properties":{
          "group":{"type":"string","maxLength":9},"name":{"type":"string"}}})",
      R"({"type":"object","properties":{"group":{"type":"string"}}})");
  ToldBy told(operation);
  EXPECT_TRUE(told(R"({"name":"x","group":null})", Dialect::native, {{"group", "1@g.us"}}).empty());
  EXPECT_EQ(told.brought.body, (json::object{{"group", "1@g.us"}, {"name", "x"}}));
  EXPECT_TRUE(told(R"({"name":"x","group":"2"})", Dialect::native, {{"group", "1"}}).empty());
  EXPECT_EQ(told.brought.body.at("group"), "2") << "the body wins";
  EXPECT_EQ(told("{}", Dialect::native, {{"group", "1234567890"}, {"name", "x"}}).size(), 2u)
      << "what comes by the query is checked, and only what may come by it counts";
  EXPECT_EQ(told(R"({"name":"x"})").size(), 1u);
}

TEST(Rules, ACommandWithoutABodyIsItsQuery) {
  const auto operation = commandWith(
      "", R"({"type":"object","additionalProperties":false,"required":["group"],"properties":{
          "group":{"type":"string","minLength":1},"all":{"type":"boolean","default":false}}})");
  ToldBy told(operation);
  EXPECT_TRUE(told("", Dialect::native, {{"group", "1"}, {"all", "true"}, {"x", "y"}}).empty());
  EXPECT_EQ(told.brought.body, (json::object{{"group", "1"}, {"all", true}}));
  EXPECT_EQ(told("", Dialect::native, {{"all", "perhaps"}}).size(), 2u);
  EXPECT_EQ(told(R"({"group":"1"})").size(), 1u);

  Rules rules(operation);
  Brought brought;
  brought.body = {{"group", "1"}};
  EXPECT_TRUE(rules.readBody(brought).empty());
  EXPECT_EQ(brought.body, (json::object{{"group", "1"}, {"all", false}}));
  brought.body = {{"colour", "red"}};
  EXPECT_EQ(rules.readBody(brought).size(), 2u) << "a plugin that submits it is checked alike";
}

TEST(Rules, AQueryIsReadAsItsTypesAndUnknownParametersAreIgnored) {
  ToldBy told(kOperation);
  const auto* body = R"({"text":"x"})";
  EXPECT_TRUE(
      told(body, Dialect::native, {{"limit", "5"}, {"colour", "red"}, {"number", "7"}}).empty());
  EXPECT_EQ(told.brought.query, (json::object{{"limit", 5}})) << "number is v2's";
  EXPECT_TRUE(told(body, Dialect::v2, {{"number", "7"}, {"limit", ""}}).empty());
  EXPECT_EQ(told.brought.query, (json::object{{"number", "7"}}));
  EXPECT_EQ(told(body, Dialect::native, {{"limit", "x"}}),
            (json::array{"limit: cannot be read, allowed: an integer from 1 to 5"}));
  EXPECT_EQ(
      told(body, Dialect::v2, {{"number[not]", "7"}, {"limit", "6"}}),
      (json::array{json::array{"number[not]: is not a form that is understood, allowed: number=…",
                               "limit must be less than or equal to 5"}}));
}

TEST(RulesAttack, AThousandUnknownMembersAreNotNamedOneByOneNorAtAnyLength) {
  ToldBy told(kOperation);
  json::object body{{"text", "x"}};
  for (int i = 0; i < 200; ++i) body["k" + std::to_string(i)] = i;
  body[std::string(10'000, 'k')] = 1;
  const auto sentences = told(json::serialize(body));
  EXPECT_EQ(sentences.size(), 21U);
  EXPECT_EQ(sentences.back(), "and 181 more");
  for (const auto& sentence : told(json::serialize(json::object{{std::string(10'000, 'k'), 1}})))
    EXPECT_LT(sentence.as_string().size(), 256U);
}

TEST(Rules, EveryOperationOfTheCatalogueCompiles) {
  for (const auto& operation : catalogue::operations())
    EXPECT_NO_THROW(Rules{operation}) << operation.id;
}

}  // namespace
}  // namespace colibri::api
