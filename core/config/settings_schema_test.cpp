#include "config/settings_schema.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>

#include "config/test_files.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json::object object(const char* text) {
  return json::parse(text).get_object();
}

SettingsSchema schemaOf(const std::string& extension, const char* properties = "{}") {
  auto schema = SettingsSchema::parse(R"({"type":"object","properties":)" +
                                      std::string(properties) + "," + extension + "}");
  EXPECT_TRUE(schema) << schema.error().message;
  return *schema;
}

std::vector<std::string> sentences(const std::vector<Violation>& faults, bool v2 = false) {
  std::vector<std::string> all;
  for (const auto& fault : faults) all.push_back(v2 ? fault.v2Sentence() : fault.sentence());
  return all;
}

const char* kSink = R"("x-colibri-v2":{"flat":"url","allEvents":"events",
    "nothing":{"member":"url","word":"none","said":"saidEnabled"},
    "created":{"mineUrl":"url","mineHeaders":"headers","on":"enabled"},
    "masked":["headers.jwt"],"row":{"name":"Mine","members":{"events":"events"}}})";

TEST(SettingsSchema, OfTheFormsOfV2TheObjectWins) {
  const auto schema = schemaOf(kSink);
  const struct {
    const char *body, *settings;
  } cases[] = {
      {"{}", "null"},
      {R"({"mine":{"url":"u","mineByEvents":true}})", R"({"byEvents":true,"url":"u"})"},
      {R"({"mine":{"byEvents":false,"mineByEvents":true}})", R"({"byEvents":false})"},
      {R"({"mineUrl":"u","mineEvents":["A"]})", R"({"url":"u","events":["A"]})"},
      {R"({"mineUrl":"flat","mine":{"url":"u"}})", R"({"url":"u"})"},
      {R"({"mineUrl":"u","mine":null,"mineEvents":null})", R"({"url":"u"})"},
      {R"({"mineUrl":"","mineByEvents":true})", "null"},
      {R"({"mineurl":"u","mines":1,"mineEnabled":true})", "null"},
      {R"({"mine":"text"})", R"("text")"},
  };
  for (const auto& [body, settings] : cases)
    EXPECT_EQ(schema.ofV2("mine", object(body)), json::parse(settings)) << body;
  EXPECT_EQ(settingsOfV2("x", object(R"({"xEnabled":true,"xUrl":"u"})")),
            json::parse(R"({"enabled":true,"url":"u"})"));
  EXPECT_EQ(settingsOfV2("x", object(R"({"xEnabled":false,"xUrl":"u"})")), json::value());
}

TEST(SettingsSchema, UnderV2NoEventsAreAllOfThemByName) {
  const auto schema = schemaOf(kSink);
  for (const auto* none : {R"({"url":"u"})", R"({"url":"u","events":[]})"}) {
    const auto kept = schema.fromV2(object(none));
    EXPECT_EQ(kept.at("events").get_array().size(), 31U) << none;
    EXPECT_EQ(schema.rowV2(object(none), true), (json::object{{"events", kept.at("events")}}));
  }
  const auto named = object(R"({"url":"u","events":["CALL"]})");
  EXPECT_EQ(schema.fromV2(named), named);
  EXPECT_EQ(schema.rowV2(object(R"({"events":[]})"), false), object(R"({"events":[]})"))
      << "what is off gets none";
}

TEST(SettingsSchema, AWordForNothingIsKeptAsWhatIsOffAndShownAsItWasSaid) {
  const auto schema = schemaOf(kSink);
  for (const auto& [said, enabled] :
       {std::pair{R"({"url":"none","events":["A"]})", true},
        std::pair{R"({"url":"none","enabled":true,"events":["A"]})", true},
        std::pair{R"({"url":"none","enabled":false,"events":["A"]})", false}}) {
    const auto kept = schema.fromV2(object(said));
    EXPECT_EQ(kept,
              (json::object{{"events", {"A"}}, {"saidEnabled", enabled}, {"enabled", false}}));
    EXPECT_EQ(schema.createdV2(kept), (json::object{{"mineUrl", "none"}, {"on", enabled}})) << said;
  }
}

TEST(SettingsSchema, AnAnswerOfCreateShowsWhatTheSchemaSaysAndNoKey) {
  EXPECT_EQ(schemaOf(kSink).createdV2(
                object(R"({"url":"u","headers":{"jwt":"hidden","a":"b"},"secret":"hidden"})")),
            json::parse(R"({"mineUrl":"u","mineHeaders":{"jwt":"***","a":"b"},"on":true})"));
  const auto silent = schemaOf(R"("title":"says nothing")");
  EXPECT_EQ(silent.createdV2(object(R"({"url":"u"})")), json::value());
  EXPECT_EQ(silent.rowName(), "");
  EXPECT_FALSE(silent.hasQrCode());
}

const char* kCloud = R"({"accessToken":{"type":"string","minLength":20,"x-colibri-secret":true},
    "phone":{"type":"string"},"account":{"type":"string"}},"required":["accessToken","phone"])";

TEST(SettingsSchema, AConnectorTakesMembersOfCreate) {
  const auto schema = schemaOf(
      R"("x-colibri-create":{"claims":{"token":"accessToken","number":"phone","businessId":"account"}})",
      kCloud);
  auto body = object(R"({"token":"EAAG-of-the-network-1","number":"123456","a":1})");
  EXPECT_THAT(schema.take("cloud", body), IsEmpty());
  EXPECT_EQ(body,
            object(R"({"a":1,"cloud":{"accessToken":"EAAG-of-the-network-1","phone":"123456"}})"));
  EXPECT_THAT(schema.apply(body.at("cloud"), "cloud"), IsEmpty());

  auto empty = object(R"({"token":"","businessId":"9"})");
  EXPECT_THAT(schema.take("cloud", empty), IsEmpty());
  const auto missing = schema.apply(empty.at("cloud"), "cloud");
  EXPECT_THAT(sentences(missing),
              ElementsAre(HasSubstr("token: is missing"), HasSubstr("number: is missing")));
  EXPECT_THAT(sentences(missing, true), ElementsAre("token is required", "number is required"));
  EXPECT_EQ(schema.businessId(empty.at("cloud").get_object()), json::value("9"));

  auto wrong = object(R"({"token":"too-short","cloud":{"phone":"1"}})");
  EXPECT_THAT(schema.take("cloud", wrong), IsEmpty());
  const auto faults = schema.apply(wrong.at("cloud"), "cloud");
  EXPECT_THAT(sentences(faults),
              ElementsAre("token: is too short, allowed: a string of 20 or more characters"));
  EXPECT_THAT(sentences(faults, true), ElementsAre("token does not meet minimum length of 20"));

  auto twice =
      object(R"({"token":"one-of-the-network-1","cloud":{"accessToken":"another-of-it-1234"}})");
  EXPECT_THAT(sentences(schema.take("cloud", twice)),
              ElementsAre("token: is given twice, also as cloud.accessToken"));
}

TEST(SettingsSchema, WhoTakesNothingLeavesTheBodyAsItIs) {
  const auto schema = schemaOf(R"("x-colibri-create":{"qrcode":true})");
  auto body = object(R"({"token":"a key"})");
  EXPECT_THAT(schema.take("x", body), IsEmpty());
  EXPECT_EQ(body, object(R"({"token":"a key"})"));
  EXPECT_TRUE(schema.hasQrCode());
}

TEST(SettingsSchema, ABusinessIdThatIsASecretIsNotShown) {
  const auto schema =
      schemaOf(R"("x-colibri-create":{"claims":{"businessId":"accessToken"}})", kCloud);
  EXPECT_EQ(schema.businessId(object(R"({"accessToken":"hidden"})")), json::value());
}

TEST(SettingsSchema, AnExtensionOfAnotherFormIsNone) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"x-colibri-v2":{"flats":"url"}})", "x-colibri-v2.flats: is not a known key"},
      {R"({"x-colibri-v2":[]})", "x-colibri-v2: is a list"},
      {R"({"x-colibri-v2":{"masked":["a.b.c"]}})", "x-colibri-v2.masked[0]: has not the form"},
      {R"({"x-colibri-create":{"claims":{"qrcode":"a"}}})",
       "x-colibri-create.claims.qrcode: is not a"},
      {R"({"x-colibri-create":{"claims":{"token":"a"}}})",
       "claims.token: there is no such property"},
      {R"({"properties":{"a":{"x-colibri-v2":{}}}})",
       "properties.a.x-colibri-v2: only at the root"},
  };
  for (const auto& [text, why] : cases) {
    const auto schema = SettingsSchema::parse(text);
    ASSERT_FALSE(schema) << text;
    EXPECT_THAT(schema.error().message, HasSubstr(why)) << text;
  }
}

TEST(SettingsSchema, ThoseOfThePluginsThatComeWithTheGatewayAreRead) {
  int found = 0;
  for (const auto& folder : std::filesystem::directory_iterator(COLIBRI_PLUGINS)) {
    const auto file = folder.path() / "instance.schema.json";
    if (!std::filesystem::exists(file)) continue;
    const auto schema = SettingsSchema::parse(TestFolder::read(file));
    EXPECT_TRUE(schema) << file << ": " << schema.error().message;
    ++found;
  }
  EXPECT_GE(found, 4);
}

}  // namespace
}  // namespace colibri::config
