#include "settings.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <colibri/sdk/plugin.hpp>
#include <set>

#include "colibri_schemas.hpp"
#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"
#include "shared/event_names.hpp"

namespace colibri::webhook {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string refusalOf(const std::string& json) {
  try {
    parseSettings(json);
  } catch (const sdk::Error& e) {
    EXPECT_EQ(e.code(), COLIBRI_E_INVALID_ARGUMENT);
    EXPECT_THAT(e.what(), testing::Not(HasSubstr("hunter2"))) << "no value is ever repeated";
    return e.what();
  }
  return {};
}

std::string withUrl(const std::string& url) {
  return boost::json::serialize(boost::json::object{{"url", url}});
}

std::string withHeader(const std::string& name, const std::string& value) {
  return boost::json::serialize(
      boost::json::object{{"url", "https://a.test/"}, {"headers", {{name, value}}}});
}

TEST(Settings, NeedOnlyTheUrl) {
  const auto s = parseSettings(R"({"url":"https://a.test/hook"})");
  EXPECT_TRUE(s.enabled);
  EXPECT_EQ(s.url, "https://a.test/hook");
  EXPECT_EQ(filterOf(s), "");
  EXPECT_TRUE(s.headers.empty() && !s.keys && s.jwtKey.empty());
  EXPECT_EQ(refusalOf("{}"), "url: is missing");
  EXPECT_FALSE(parseSettings(R"({"enabled":false})").enabled);
}

TEST(Settings, ByEventsGivesEachEventAPathOfItsOwnBeforeTheQuery) {
  const auto target = [](const std::string& url, std::string_view event) {
    return targetOf(parseSettings(boost::json::serialize(
                        boost::json::object{{"url", url}, {"byEvents", true}})),
                    event);
  };
  EXPECT_EQ(target("https://a.test/hook", "messages.upsert"),
            "https://a.test/hook/messages-upsert");
  EXPECT_EQ(target("https://a.test/hook/", "call"), "https://a.test/hook/call");
  EXPECT_EQ(target("https://a.test", "group-participants.update"),
            "https://a.test/group-participants-update");
  EXPECT_EQ(target("https://a.test/h?k=/v", "send.message.update"),
            "https://a.test/h/send-message-update?k=/v");
  EXPECT_EQ(targetOf(parseSettings(withUrl("https://a.test/hook")), "call"), "https://a.test/hook");
}

TEST(Settings, ReadEveryKey) {
  const auto s = parseSettings(
      R"({"url":"HTTP://n8n:5678/x","enabled":true,"events":["MESSAGES_UPSERT","CALL"],
      "base64":true,"headers":{"Authorization":"Bearer x","X-Tenant_1":"","jwt_key":"k"},
      "secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})");
  EXPECT_THAT(s.events, ElementsAre("messages.upsert", "call"));
  EXPECT_EQ(filterOf(s), R"({"types":["messages.upsert","call"]})");
  EXPECT_THAT(s.headers, ElementsAre(Pair("Authorization", "Bearer x"), Pair("X-Tenant_1", "")));
  EXPECT_EQ(s.jwtKey, "k");
  EXPECT_TRUE(s.base64);
  EXPECT_EQ(s.keys.current, SigningKey::parse("", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
}

TEST(Settings, BothNamesOfGroupsUpdateMeanTheSameOnce) {
  const auto s = parseSettings(
      R"({"url":"https://a.test","events":["GROUPS_UPDATE","GROUP_UPDATE","GROUPS_UPDATE"]})");
  EXPECT_THAT(s.events, ElementsAre("groups.update"));
}

TEST(Settings, TheSchemaListsExactlyTheNamesThatAreUnderstood) {
  const auto schema = event_settings::parseObject(colibri_schemas::kInstance);
  std::set<std::string> listed, understood{std::string(shared::kGroupsUpdate)};
  for (const auto& name : schema.at("properties").at("events").at("items").at("enum").as_array())
    listed.emplace(name.as_string());
  for (const auto& name : shared::kEventNames) understood.emplace(name.filter);
  EXPECT_EQ(listed, understood);
  const auto all = boost::json::parse(event_settings::filterOfAll());
  EXPECT_EQ(all.at("types").as_array().size(), 34U);
}

TEST(Settings, RefuseUrlsThatAreNone) {
  for (const auto* bad :
       {"a.test/hook", "ftp://a.test/", "file:///etc/passwd", "http://", "https:///x",
        "http://:80/", "http://a.test/ x", "http://a.test/\r\nX: hunter2",
        "http://a.test\\@b.test/", "javascript:1", "http://u:hunter2@a.test/",
        "http://hunter2@a.test", "https://a.test@169.254.169.254/", "http://a.test:0/",
        "http://a.test:65536", "https://[::1]:hunter2"})
    EXPECT_THAT(refusalOf(withUrl(bad)), HasSubstr("url: ")) << bad;
  EXPECT_THAT(refusalOf(withUrl("http://a.test/" + std::string(2048, 'x'))), HasSubstr("url: "));
  EXPECT_EQ(refusalOf(withUrl("https://a.test/?to=b@c.test")), "") << "an @ after the host is fine";
  EXPECT_EQ(refusalOf(withUrl("http://[::1]:3000/x")), "");
}

TEST(Settings, RefuseHeadersThatAreNotTheirs) {
  for (const auto* name :
       {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Upgrade", "Keep-Alive", "TE",
        "Trailer", "Expect", "Proxy-Authorization", "Proxy-Connection", "webhook-id",
        "Webhook-Signature", "X-Colibri-Sequence"})
    EXPECT_EQ(refusalOf(withHeader(name, "x")), "headers." + std::string(name) + ": cannot be set");
  for (const auto* name : {"", "X A", "X:A", "X\r\nA", "Ü", "X-A\x01"})
    EXPECT_THAT(refusalOf(withHeader(name, "x")), HasSubstr("headers: names")) << name;
  for (const auto& value : {std::string("hunter2\r\nX-B: c"), std::string("hunter2\n"),
                            std::string("a\0b", 3), std::string("\x7f"), std::string(5000, 'x')})
    EXPECT_THAT(refusalOf(withHeader("X-A", value)), HasSubstr("headers.X-A: must have"));
  EXPECT_THAT(refusalOf(R"({"url":"https://a.test","headers":{"X-A":"1","x-a":"2"}})"),
              HasSubstr("twice"));
  EXPECT_THAT(refusalOf(R"({"url":"https://a.test","headers":{"X-A":1}})"),
              HasSubstr("headers.X-A: must be a string"));
  boost::json::object many;
  for (int i = 0; i < 65; ++i) many["X-" + std::to_string(i)] = "x";
  EXPECT_THAT(refusalOf(boost::json::serialize(
                  boost::json::object{{"url", "https://a.test"}, {"headers", many}})),
              HasSubstr("at most 64"));
}

TEST(Settings, RefuseUnknownKeysAndWrongTypes) {
  EXPECT_EQ(
      refusalOf(R"({"url":"https://a.test","colour":true})"),
      "colour: unknown key, allowed: enabled, url, events, byEvents, base64, headers, secret, "
      "previousSecret, previousSecretUntil, derivedSecret, vazioEnabled");
  for (const auto* bad :
       {R"({"url":1})", R"({"url":"https://a.test","enabled":"true"})",
        R"({"url":"https://a.test","events":"CALL"})",
        R"({"url":"https://a.test","events":["call"]})", R"({"url":"https://a.test","events":[1]})",
        R"({"url":"https://a.test","events":["NEW_TOKEN"]})",
        R"({"url":"https://a.test","headers":[]})", R"({"url":"https://a.test","byEvents":1})",
        R"({"url":"https://a.test","secret":"hunter2"})",
        R"({"url":"https://a.test","secret":null})",
        R"({"url":"https://a.test","previousSecret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})",
        R"({"url":"https://a.test","previousSecretUntil":-1})", "[]", "", "{", "\"x\""})
    EXPECT_NE(refusalOf(bad), "") << bad;
}

}  // namespace
}  // namespace colibri::webhook
