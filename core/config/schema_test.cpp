#include "config/schema.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <ctime>

namespace colibri::config {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Schema schemaOf(std::string_view json) {
  auto schema = Schema::parse(json);
  EXPECT_TRUE(schema) << schema.error().message;
  return std::move(schema).value();
}

std::vector<std::string> errors(std::string_view schema, std::string_view document) {
  std::vector<std::string> sentences;
  for (const auto& violation : schemaOf(schema).check(document, "d").violations) {
    sentences.push_back(violation.sentence());
  }
  return sentences;
}

bool accepts(std::string_view schema, std::string_view document) {
  return errors(schema, document).empty();
}

std::string filled(std::string_view schema, std::string_view document) {
  const auto checked = schemaOf(schema).check(document, "d");
  EXPECT_TRUE(checked.violations.empty()) << checked.violations[0].sentence();
  return checked.json;
}

struct Case {
  const char* schema;
  const char* good;
  const char* bad;
};

TEST(Schema, EachKeywordAcceptsAndRefuses) {
  for (
      const auto& [schema, good, bad] : std::initializer_list<Case>{
          {R"({"type":"string"})", R"("a")", "1"},
          {R"({"type":"integer"})", "5.0", "5.5"},
          {R"({"type":"number"})", "5", R"("5")"},
          {R"({"type":"boolean"})", "true", "1"},
          {R"({"type":"null"})", "null", "{}"},
          {R"({"type":["string","null"]})", "null", "[]"},
          {R"({"enum":["a",1,null]})", "1", "2"},
          {R"({"const":{"a":[1]}})", R"({"a":[1]})", R"({"a":[2]})"},
          {R"({"minimum":1,"maximum":3})", "3", "3.5"},
          {R"({"minimum":1})", "1", "0"},
          {R"({"minLength":2})", R"("ab")", R"("a")"},
          {R"({"maxLength":2})", R"("ãé")", R"("abc")"},
          {R"({"pattern":"^a+$"})", R"("aaa")", R"("ab")"},
          {R"({"format":"uri-http"})", R"("https://x.org:1/a?b")", R"("gopher://x")"},
          {R"({"items":{"type":"integer"}})", "[1,2]", R"([1,"2"])"},
          {R"({"minItems":1})", "[1]", "[]"},
          {R"({"maxItems":1})", "[1]", "[1,2]"},
          {R"({"uniqueItems":true})", "[1,2,[1]]", "[1,2,1]"},
          {R"({"required":["a"]})", R"({"a":1})", R"({"b":1})"},
          {R"({"properties":{"a":{"type":"string"}}})", R"({"a":"x","b":1})", R"({"a":1})"},
          {R"({"properties":{"a":true},"additionalProperties":false})", R"({"a":1})", R"({"b":1})"},
          {R"({"additionalProperties":{"type":"string"}})", R"({"x":"y"})", R"({"x":1})"},
          {R"({"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false})",
           R"({"x-a":"y"})", R"({"y":"y"})"},
          {R"({"properties":{"x-a":{"maxLength":1}},"patternProperties":{"^x-":{"type":"string"}}})",
           R"({"x-a":"y"})", R"({"x-a":1})"},
          {R"({"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]})", "7", "3"},
          {R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", "3", "7"},
          {R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})", R"("x")", "1"},
          {"true", "1", nullptr},
          {"false", nullptr, "1"}}) {
    if (good) {
      EXPECT_TRUE(accepts(schema, good)) << schema << " " << good;
    }
    if (bad) {
      EXPECT_FALSE(accepts(schema, bad)) << schema << " " << bad;
    }
  }
}

TEST(Schema, OfSeveralFormsTheOneThatWasMeantIsExplainedHoweverMuchIsWrongWithIt) {
  constexpr std::string_view kForms =
      R"({"anyOf":[{"properties":{"own":false},"required":["a"]},
                   {"required":["own"],"properties":{"own":{"type":"object","required":["a"],
                     "properties":{"b":{"type":"string"},"c":{"type":"string"}}}}}]})";
  EXPECT_THAT(errors(kForms, R"({"own":{"b":1,"c":2}})"),
              ElementsAre("d.own.a: is missing", "d.own.b: is an integer, allowed: a string",
                          "d.own.c: is an integer, allowed: a string"));
  EXPECT_THAT(errors(kForms, "{}"), ElementsAre("d.a: is missing"));
}

TEST(Schema, WhatIsSaidBesideTheFormsAndInOneOfThemIsToldOnce) {
  EXPECT_THAT(errors(R"({"properties":{"a":{"type":["string","null"]}},
                         "anyOf":[{"properties":{"a":{"type":"string"}}}]})",
                     R"({"a":1})"),
              ElementsAre("d.a: is an integer, allowed: a string or null"));
}

TEST(Schema, WhatIsToldOnceAnywayTakesNoPlaceOfWhatElseIsWrong) {
  const auto found = errors(R"({"properties":{"a":{"items":{"type":"string"}}},
                                "anyOf":[{"properties":{"a":{"items":{"type":"string"}},
                                                        "b":{"type":"string"}}}]})",
                            R"({"a":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"b":0})");
  EXPECT_EQ(found.size(), 21u);
  EXPECT_EQ(found.back(), "d.b: is an integer, allowed: a string");
}

TEST(Schema, SaysWhereWhatAndWhatIsAllowed) {
  constexpr std::string_view kSchema = R"({
    "type":"object","additionalProperties":false,"required":["url"],
    "properties":{
      "url":{"type":"string","format":"uri-http"},
      "events":{"type":"array","items":{"enum":["CALL","QRCODE_UPDATED"]}},
      "retry":{"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":9}}}}})";
  EXPECT_THAT(
      errors(kSchema, R"({"events":["CALL","X"],"retry":{"n":"3"},"evnts":[]})"),
      ElementsAre(
          "d.url: is missing, allowed: an http:// or https:// URL with a host",
          "d.events[1]: is not one of the known values, allowed: CALL, QRCODE_UPDATED",
          "d.retry.n: is a string, allowed: an integer from 1 to 9",
          "d.evnts: is not a known key, did you mean events?, allowed: events, retry, url"));
}

TEST(Schema, NamesWhatIsWrongWithTheOnlyFormThatCouldBeMeant) {
  constexpr std::string_view kSchema =
      R"({"anyOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"string"}}}]})";
  EXPECT_THAT(errors(kSchema, R"({"a":1})"), ElementsAre("d.a: is an integer, allowed: a string"));
  EXPECT_THAT(errors(kSchema, "5"), ElementsAre("d: is an integer, allowed: null or an object"));
}

TEST(Schema, NeverShowsAValue) {
  for (const auto& error :
       errors(R"({"properties":{"k":{"type":"integer"},"p":{"pattern":"^a$"}}})",
              R"({"k":"canary","p":"canary"})")) {
    EXPECT_EQ(error.find("canary"), std::string::npos) << error;
  }
}

TEST(Schema, FillsDefaultsAlsoNestedOnes) {
  EXPECT_EQ(filled(R"({"properties":{"a":{"default":1},
                       "b":{"type":"object","default":{},"properties":{"c":{"default":[2]}}},
                       "d":{"type":"object","properties":{"e":{"default":3}}}}})",
                   "{}"),
            R"({"a":1,"b":{"c":[2]}})");
  EXPECT_EQ(filled(R"({"items":{"properties":{"a":{"default":1}}}})", R"([{},{"a":2}])"),
            R"([{"a":1},{"a":2}])");
  EXPECT_EQ(
      filled(R"({"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"default":7}}})", "{}"),
      R"({"a":7})");
}

TEST(Schema, FillsTheDefaultsOfTheFormThatFits) {
  constexpr std::string_view kSchema = R"({"oneOf":[
    {"properties":{"kind":{"const":"a"},"x":{"default":1}}},
    {"properties":{"kind":{"const":"b"},"y":{"default":2}}}]})";
  EXPECT_EQ(filled(kSchema, R"({"kind":"b"})"), R"({"kind":"b","y":2})");
}

TEST(Schema, KeepsWhatIsGivenAndItsOrder) {
  EXPECT_EQ(filled(R"({"properties":{"a":{"default":1},"b":{"default":2}}})", R"({"z":0,"b":9})"),
            R"({"z":0,"b":9,"a":1})");
}

TEST(SchemaAttack, ADocumentOfManyErrorsNamesTwentyAndSaysThatThereAreMore) {
  const auto said = [](std::size_t errors) {
    std::string document = "[";
    for (std::size_t i = 0; i < errors; ++i) document += i == 0 ? "1" : ",1";
    const auto schema = schemaOf(R"({"items":{"type":"string"}})");
    return schema.complete(document + "]", "d").error().message;
  };
  EXPECT_EQ(std::ranges::count(said(20), '\n'), 19);
  EXPECT_THAT(said(20), Not(HasSubstr("and more")));
  for (const std::size_t errors : {21u, 95'000u}) {
    EXPECT_EQ(std::ranges::count(said(errors), '\n'), 20) << errors;
    EXPECT_THAT(said(errors), EndsWith("d[19]: is an integer, allowed: a string\nand more"));
  }
}

TEST(Schema, RefusesWrongSchemasAndSaysWhere) {
  for (const auto& [schema, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"[]", "is not an object"},
           {"{", "is not JSON: "},
           {R"({"properties":{"a":{"minimun":1}}})", "properties.a.minimun: is not a keyword"},
           {R"({"type":"text"})", "type: is no type"},
           {R"({"type":[]})", "type"},
           {R"({"enum":[]})", "enum: is not a list with items"},
           {R"({"format":"email"})", "format: is no format"},
           {R"({"pattern":"(a"})", "pattern: ) is missing"},
           {R"({"patternProperties":{"[":{}}})", "patternProperties.["},
           {R"({"minLength":-1})", "minLength: is not a size"},
           {R"({"maxItems":1.5})", "maxItems: is not a size"},
           {R"({"$ref":"other.json"})", "$ref: only references to #/$defs/"},
           {R"({"$ref":"#/$defs/x"})", "there is no such definition"},
           {R"({"$ref":"#/$defs/a","type":"string","$defs":{"a":{}}})",
            "has no effect beside $ref"},
           {R"({"properties":{"a":{"$defs":{}}}})", "only at the root"},
           {R"({"properties":{"a":{"type":"integer","default":"x"}}})",
            "a default breaks its own schema"},
           {R"({"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}})",
            "circle"},
           {R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}})", "circle"}}) {
    const auto parsed = Schema::parse(schema);
    ASSERT_FALSE(parsed) << schema;
    EXPECT_THAT(parsed.error().message, HasSubstr(why)) << schema;
  }
}

constexpr std::string_view kTree =
    R"({"$ref":"#/$defs/t","$defs":{"t":{"type":"object","additionalProperties":false,
  "properties":{"c":{"type":"array","items":{"$ref":"#/$defs/t"}}}}}})";

TEST(Schema, AcceptsSchemasThatGoDeeperIntoTheDocument) {
  EXPECT_TRUE(accepts(kTree, R"({"c":[{"c":[]},{}]})"));
  EXPECT_THAT(errors(kTree, R"({"c":[{"c":[{"x":1}]}]})"),
              ElementsAre(HasSubstr("d.c[0].c[0].x: is not a known key")));
}

TEST(Schema, HostileDocumentsAreRefusedInBoundedTime) {
  const auto started = std::clock();
  EXPECT_THAT(errors("true", std::string(100'000, '[')),
              ElementsAre(HasSubstr("more than 32 levels deep")));
  EXPECT_THAT(errors("true", std::string(2'000'000, ' ')), ElementsAre(HasSubstr("1 MB")));
  EXPECT_FALSE(accepts("true", "{\"a\":\"\xff\"}"));
  EXPECT_FALSE(accepts("true", ""));
  EXPECT_FALSE(accepts("true", "{} x"));

  // Every level doubles the work of a checker without a bound.
  constexpr std::string_view kDoubling = R"({"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[
    {"properties":{"c":{"$ref":"#/$defs/n"},"x":false},"required":["no"]},
    {"properties":{"c":{"$ref":"#/$defs/n"},"y":false},"required":["no"]}]}}})";
  std::string deep = "{}";
  for (int i = 0; i < 30; ++i) deep = "{\"c\":" + deep + "}";
  EXPECT_FALSE(accepts(kDoubling, deep));

  std::string list = "[0";
  for (int i = 1; i < 90'000; ++i) list += "," + std::to_string(i);
  EXPECT_TRUE(accepts(R"({"uniqueItems":true})", list + "]"));
  EXPECT_THAT(
      errors(R"({"items":{"type":"integer"}})", "[" + std::string(240'000, ' ') + list + ",1,2]]"),
      ElementsAre(HasSubstr("d[0]: is a list")));
  EXPECT_LT(std::clock() - started, 20 * CLOCKS_PER_SEC) << "of a core, busy or not";
}

TEST(Schema, TooManyMembersAreRefusedAndTooManyItemsAreTooComplex) {
  const auto* schema = R"({"additionalProperties":{"type":"integer"},"items":{"type":"integer"}})";
  std::string members = "{\"k0\":0", items = "[0";
  for (int i = 1; i < 120'000; ++i) {
    if (i < 60'000) members += ",\"k" + std::to_string(i) + "\":0";
    items += ",0";
  }
  EXPECT_THAT(errors(schema, members + "}"),
              ElementsAre(StartsWith("d: has an object of more than 256 members, at character ")));
  EXPECT_THAT(errors(schema, items + "]"), ElementsAre(HasSubstr("too complex")));
}

TEST(Schema, FindsSecretsAndTestSettingsWhereverTheyAre) {
  const auto schema = schemaOf(R"({"properties":{
    "secret":{"type":"string","x-colibri-secret":true},
    "headers":{"type":"object","x-colibri-secret":true},
    "list":{"items":{"$ref":"#/$defs/s"}},
    "either":{"anyOf":[{"type":"null"},{"type":"string","x-colibri-secret":true}]},
    "plain":{"type":"string"},
    "noise_root":{"x-colibri-test-only":true}},
    "$defs":{"s":{"type":"string","x-colibri-secret":true}}})");
  const auto document = boost::json::parse(
      R"({"secret":"a","headers":{"x":"b"},"list":["c"],"either":"d","plain":"e","noise_root":"f"})");
  const auto marks = schema.marks(document, "w");
  std::vector<std::string> secrets;
  for (const auto& mark : marks.secrets) secrets.push_back(mark.path);
  EXPECT_THAT(secrets, ElementsAre("w.secret", "w.headers.x", "w.list[0]", "w.either"));
  ASSERT_EQ(marks.testOnly.size(), 1u);
  EXPECT_EQ(marks.testOnly[0].path, "w.noise_root");
}

TEST(Schema, SaysWhatKeepsATextFromBeingAUrl) {
  const auto* schema = R"({"properties":{"url":{"type":"string","format":"uri-http"}}})";
  EXPECT_THAT(errors(schema, R"({"url":"http://a:65535"})"), IsEmpty());
  EXPECT_THAT(errors(schema, R"({"url":"http://a:65536"})"),
              ElementsAre(StartsWith("d.url: must have a port from 1 to 65535, allowed: ")));
  EXPECT_THAT(errors(schema, R"({"url":"http://u:p@a"})"),
              ElementsAre(HasSubstr("must not contain a user name or password")));
}

TEST(Schema, DigitsMayBeWrittenAsANumberAndAreATextFromThenOn) {
  const auto schema = schemaOf(
      R"({"properties":{"number":{"$ref":"#/$defs/N"}},"$defs":{"N":{"type":"string","minLength":1,"x-colibri-digits":true}}})");
  const auto taken = [&](std::string_view document) { return schema.check(document, "d").json; };
  EXPECT_EQ(taken(R"({"number":5511999990001})"), R"({"number":"5511999990001"})");
  EXPECT_EQ(taken(R"({"number":5511999990001.0})"), R"({"number":"5511999990001"})");
  EXPECT_EQ(taken(R"({"number":18446744073709551615})"), R"({"number":"18446744073709551615"})");
  EXPECT_EQ(taken(R"({"number":0})"), R"({"number":"0"})");
  EXPECT_EQ(taken(R"({"number":"+55 11"})"), R"({"number":"+55 11"})");
  EXPECT_THAT(schema.check(R"({"number":-5})", "d").violations[0].sentence(),
              StartsWith("d.number: is an integer, allowed: a string"));
  for (const auto* other : {R"({"number":1.5})", R"({"number":1e300})", R"({"number":true})",
                            R"({"number":[5]})", R"({"number":""})"})
    EXPECT_EQ(schema.check(other, "d").violations.size(), 1u) << other;
}

TEST(Schema, OnlyNumbersBecomeDigits) {
  constexpr std::string_view kOrElse =
      R"({"properties":{"a":{"type":["string","null","number","object"],"x-colibri-digits":true}}})";
  for (const auto* same : {R"({"a":null})", R"({"a":1.5E0})", R"({"a":{"b":1}})"})
    EXPECT_EQ(filled(kOrElse, same), same);
  EXPECT_EQ(filled(kOrElse, R"({"a":7})"), R"({"a":"7"})");
}

TEST(Nearest, GuessesWhatIsNear) {
  const std::vector<std::string> names{"port", "host", "idle_timeout_s", "qr_limit"};
  EXPECT_EQ(nearest("prot", names), "port");
  EXPECT_EQ(nearest("idle_timeout", names), "idle_timeout_s");
  EXPECT_EQ(nearest("qr_limits", names), "qr_limit");
  EXPECT_EQ(nearest("database", names), "");
  EXPECT_EQ(nearest(std::string(100'000, 'p'), names), "");
}

}  // namespace
}  // namespace colibri::config
