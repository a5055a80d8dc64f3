// The rows that the gateway's own plugins bring, as the host checks requests by them. What a
// plugin's settings allow beside is its own tests'.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "api/route_table.hpp"
#include "api/rules.hpp"
#include "plugin/host_api/route_table.hpp"

namespace colibri::plugin {
namespace {

using catalogue::Dialect;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The rows of one plugin, from its file.
std::vector<Route> rowsOf(const std::string& plugin) {
  std::ifstream in(std::string(PLUGINS) + '/' + plugin + "/routes.json");
  std::ostringstream text;
  text << in.rdbuf();
  auto routes =
      readRoutes(text.str(), plugin, {api::routeWords(), {"webhook", "websocket", "rabbitmq"}});
  if (!routes) throw std::runtime_error(routes.error().message);
  return std::move(*routes);
}

/// What a row says of a body; nothing: it is taken.
class SetOf {
 public:
  explicit SetOf(const std::string& plugin) {
    for (auto& route : rowsOf(plugin))
      if (route.operation->id == plugin + ".set") operation_ = route.operation;
    rules_.emplace(*operation_);
  }
  std::vector<std::string> told(const std::string& body, Dialect dialect) {
    http::Request request;
    request.body = body;
    brought = {};
    const auto answer = rules_->read(request, dialect, brought);
    if (!answer) return {};
    auto list = boost::json::parse(answer->body).at("response").at("message").as_array();
    if (list.at(0).is_array()) list = boost::json::array(list.at(0).as_array());
    std::vector<std::string> sentences;
    for (const auto& sentence : list) sentences.emplace_back(sentence.as_string());
    return sentences;
  }
  std::vector<std::string> native(const std::string& body) { return told(body, Dialect::native); }
  std::vector<std::string> v2(const std::string& body) { return told(body, Dialect::v2); }
  api::Brought brought;

 private:
  std::shared_ptr<const catalogue::Operation> operation_;
  std::optional<api::Rules> rules_;
};

constexpr const char* kUrl = R"("url":"https://a.test/")";

TEST(RowsOfPlugins, EachHasSetAndFindOfAnInstance) {
  for (const auto* plugin : {"webhook", "websocket", "rabbitmq"}) {
    std::vector<std::string> routes;
    for (const auto& route : rowsOf(plugin)) {
      routes.push_back(route.what());
      EXPECT_EQ(route.operation->access, catalogue::Access::instanceKey);
    }
    EXPECT_THAT(routes, ::testing::UnorderedElementsAre("GET " + std::string(plugin) + "/find",
                                                        "POST " + std::string(plugin) + "/set"));
  }
}

TEST(RowsOfPlugins, AWebhookIsTakenInEveryFormThatClientsSend) {
  SetOf set("webhook");
  for (const std::string& members :
       {std::string(kUrl), std::string(R"("enabled":false)"),
        std::string(R"("enabled":false,"url":"")"),
        std::string(
            R"("webhookUrl":"https://a.test/","webhook_by_events":true,"webhookEvents":["CALL"])"),
        std::string(kUrl) +
            R"(,"events":["GROUPS_UPDATE"],"headers":{"a":"b"},"byEvents":null,"secret":null)",
        std::string(kUrl) + R"(,"secret":"","previousSecret":null,"previousSecretUntil":1)"}) {
    for (const auto& body : {"{" + members + "}", R"({"webhook":{)" + members + "}}"}) {
      EXPECT_THAT(set.native(body), IsEmpty()) << body;
      EXPECT_THAT(set.v2(body), IsEmpty()) << body;
    }
  }
  EXPECT_THAT(set.v2(R"({"webhook":{"url":"vazio"}})"), IsEmpty());
  EXPECT_THAT(set.v2(R"({"base64":true})"), IsEmpty()) << "only what is to change";
  EXPECT_THAT(set.v2(R"({"webhook":{"enabled":true},"rejectCall":true,"url":1})"), IsEmpty())
      << "beside the object nothing counts";
}

TEST(RowsOfPlugins, ASecretsNullReachesThePluginWhichTakesItAway) {
  SetOf set("webhook");
  for (const auto dialect : {Dialect::native, Dialect::v2}) {
    EXPECT_THAT(set.told(std::string("{") + kUrl + R"(,"secret":null,"events":null})", dialect),
                IsEmpty());
    EXPECT_TRUE(set.brought.body.contains("secret"));
    EXPECT_FALSE(set.brought.body.contains("events")) << "counts as absent";
    EXPECT_FALSE(set.brought.body.contains("enabled")) << "nothing is filled in";
  }
}

TEST(RowsOfPlugins, WhatIsWrongWithAWebhookIsSaidAllAtOnceInTheWordsOfTheDialect) {
  SetOf set("webhook");
  EXPECT_THAT(set.native("{}"), ElementsAre(HasSubstr("url: is missing")));
  EXPECT_THAT(set.native(R"({"url":""})"), ElementsAre(HasSubstr("url: ")));
  EXPECT_THAT(set.native(R"({"url":"vazio"})"),
              ElementsAre(HasSubstr("url: is too short, allowed: an http:// or https:// URL")));
  EXPECT_THAT(set.native(R"({"webhook":{"url":"ftp://a.test","byEvents":"yes"}})"),
              ::testing::UnorderedElementsAre(HasSubstr("webhook.url: must start with http"),
                                              HasSubstr("webhook.byEvents: is a string")));
  EXPECT_THAT(set.native(std::string("{") + kUrl + R"(,"events":["NOPE"],"base64":1,"colour":2})"),
              ::testing::UnorderedElementsAre(
                  HasSubstr("events[0]: is not one of the known values"),
                  HasSubstr("base64: is an integer"), HasSubstr("colour: is not a known key")));
  EXPECT_THAT(set.native(R"({"webhook":"https://a.test/"})"), ::testing::Not(IsEmpty()));
  EXPECT_THAT(set.native(std::string(R"({"webhook":{)") + kUrl + R"(},"more":1})"),
              ElementsAre(HasSubstr("more: is not a known key")));
  EXPECT_THAT(set.native(std::string(R"({"webhook":{)") + kUrl + R"(},"enabled":false})"),
              ::testing::Not(IsEmpty()))
      << "one of the two would silently be lost";
  EXPECT_THAT(set.v2(R"({"webhook":{"enabled":5,"events":["NOPE"],"colour":1}})"),
              ::testing::UnorderedElementsAre(
                  HasSubstr("webhook.enabled is not of a type(s)"),
                  HasSubstr("webhook.events[0] is not one of enum values: APPLICATION_STARTUP"),
                  HasSubstr("webhook is not allowed to have the additional property \"colour\"")));
}

TEST(RowsOfPlugins, ABodyThatNamesNothingIsRefusedInBothDialects) {
  for (const std::string plugin : {"webhook", "websocket", "rabbitmq"}) {
    SetOf set(plugin);
    for (const auto& body :
         {std::string("{}"), "{\"" + plugin + "\":{}}", R"({"enabled":null})" + std::string(),
          "{\"" + plugin + "\":{\"enabled\":null}}", std::string(R"({"rejectCall":true})")}) {
      EXPECT_THAT(set.native(body), ::testing::Not(IsEmpty())) << plugin << body;
      EXPECT_THAT(set.v2(body), ::testing::Not(IsEmpty())) << plugin << body;
    }
  }
}

TEST(RowsOfPlugins, TheOtherSinksAreSwitchedAndHaveEvents) {
  for (const std::string plugin : {"websocket", "rabbitmq"}) {
    SetOf set(plugin);
    for (const auto* members :
         {R"("enabled":true)", R"("events":[])", R"("enabled":false,"events":["CALL"])"}) {
      for (const auto& body :
           {"{" + std::string(members) + "}", "{\"" + plugin + "\":{" + members + "}}"}) {
        EXPECT_THAT(set.native(body), IsEmpty()) << body;
        EXPECT_THAT(set.v2(body), IsEmpty()) << body;
      }
    }
    EXPECT_THAT(
        set.native(R"({"enabled":"yes","events":["NOPE"]})"),
        ::testing::UnorderedElementsAre(HasSubstr("enabled: is a string"),
                                        HasSubstr("events[0]: is not one of the known values")));
  }
  SetOf websocket("websocket");
  EXPECT_THAT(websocket.native(R"({"websocketEnabled":false,"websocket_events":["CALL"]})"),
              IsEmpty());
}

TEST(RowsOfPluginsAttack, NoBodyTakesLongToBeJudged) {
  SetOf set("webhook");
  std::string events = "[";
  for (int i = 0; i < 10'000; ++i) events += "\"NOPE\",";
  EXPECT_EQ(set.v2(R"({"webhook":{"events":)" + events + "\"CALL\"]}}").size(), 1U);
  std::string headers = "{";
  for (int i = 0; i < 250; ++i) headers += "\"h " + std::to_string(i) + "\":1,";
  EXPECT_THAT(set.native(R"({"headers":)" + headers + "\"a\":\"b\"}}"), ::testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace colibri::plugin
