// What POST /instance/create takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using http::Method;
using testing::ApiWorld;
using Headers = ApiWorld::Headers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::messagesOf;

struct CreateRequest : ::testing::Test {
  http::Response create(const std::string& body, const std::string& path = "/instance/create") {
    return api.ask(Method::post, path, body);
  }
  ApiWorld api;
};

TEST_F(CreateRequest, WhatIsWrongIsNamedByItsPath) {
  const struct {
    const char *body, *sentence;
  } cases[] = {
      {"{}", "instanceName: is missing, allowed: a string"},
      {R"({"instanceName":null})", "instanceName: is missing"},
      {R"({"instanceName":""})", "instanceName must not be empty"},
      {R"({"instanceName":5})", "instanceName: is an integer, allowed: a string"},
      {R"({"instanceName":"Webhook"})", "instanceName \"Webhook\" is reserved"},
      {R"({"instanceName":"a/b"})", "instanceName must not contain \"/\""},
      {R"({"instanceName":"a\u0000b"})", "instanceName must not contain control"},
      {R"({"instanceName":"a","integration":"X"})", "Invalid integration: \"X\""},
      {R"({"instanceName":"a","integration":[]})", "integration: is a list, allowed: a string"},
      {R"({"instanceName":"a","qrcode":"true"})", "qrcode: is a string, allowed: true or false"},
      {R"({"instanceName":"a","token":"short"})",
       "token: is too short, allowed: 8 to 255 characters"},
      {R"({"instanceName":"a","token":"with a space inside"})",
       "allowed: printable ASCII without spaces"},
      {R"({"instanceName":"a","token":"ééééééééééé"})", "allowed: printable ASCII without spaces"},
      {R"({"instanceName":"a","token":"aaaabbbbccccdddd"})", "token: is easy to guess"},
      {R"({"instanceName":"a","token":"429683C4C977415CAAFCCE10F7D57E11"})",
       "token: is an example that was published"},
      {R"({"instanceName":"my-first-instance","token":"my-first-instance"})",
       "token: is the instance's name"},
      {R"({"instanceName":"a","token":"the-global-key-of-the-tests"})",
       "token: is the gateway's own key"},
      {R"({"instanceName":"a","number":"1234"})", "number must be 5 to 20 digits"},
      {R"({"instanceName":"a","number":"+5511999"})", "number must be 5 to 20 digits"},
      {R"({"instanceName":"a","number":5511999})", "number: is an integer, allowed: a string"},
      {R"({"instanceName":"a","webhook":"http://x"})", "webhook: is a string, allowed: an object"},
      {R"({"instanceName":"a","webhook":{"enabled":"no"}})",
       "webhook.enabled: is a string, allowed: true or false"},
      {R"({"instanceName":"a","webhook":{"wrong":1}})", "webhook.wrong: is not a known key"},
      {R"({"instanceName":"a","typebot":{"url":"x"}})", "typebot: no plugin of this name"},
      {R"({"instanceName":"a","businessId":"1"})",
       "businessId: is not for connectors of this integration"},
      {R"({"instanceName":"a","webook":{}})", "webook: is not a known key"},
      {"[]", "the body must be a JSON object"},
      {"{\"instanceName\":", "the body is not JSON"},
  };
  for (const auto& [body, sentence] : cases) {
    const auto answer = create(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(messagesOf(answer), ElementsAre(HasSubstr(sentence))) << body;
  }
  EXPECT_EQ(api.world.registry.size(), 0U);
}

TEST_F(CreateRequest, EverythingThatIsWrongIsNamedAtOnce) {
  EXPECT_THAT(messagesOf(create(R"({"integration":"X","token":"short","webhook":{"wrong":1}})")),
              ElementsAre(HasSubstr("instanceName"), HasSubstr("integration"), HasSubstr("token"),
                          HasSubstr("webhook.wrong")));
}

TEST_F(CreateRequest, APluginThatCannotBeAskedIsNotTheCallersFault) {
  const auto answer = create(R"({"instanceName":"a","webhook":{"absent":1}})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(messagesOf(answer), ElementsAre("webhook is away"));
  EXPECT_EQ(api.world.registry.size(), 0U);
}

TEST_F(CreateRequest, OnlyTheNativeDialectRefusesUnknownMembers) {
  const auto* body = R"({"instanceName":"a","rejectCall":true})";
  EXPECT_EQ(create(body).status, 400);
  EXPECT_EQ(create(body, "/v2/instance/create").status, 201);
}

TEST_F(CreateRequest, ALoadedPluginsAliasIsAMemberInBothDialects) {
  for (const std::string path : {"/instance/create", "/v2/instance/create"}) {
    const auto name = path.starts_with("/v2") ? "v2-dialect" : "native-dialect";
    const auto answer =
        create(R"({"instanceName":")" + std::string(name) + R"(","audit":{"level":3}})", path);
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(api.world.registry.findByName(name)->settings.at("audit").json, R"({"level":3})");
  }
}

TEST_F(CreateRequest, V2SpellsIntegrationsInSeveralWays) {
  const struct {
    const char *members, *settings;
  } cases[] = {
      {R"("webhook":{"url":"https://x.test","webhookByEvents":true,"webhookBase64":false})",
       R"({"url":"https://x.test","byEvents":true,"base64":false})"},
      {R"("webhook":{"url":"https://x.test","byEvents":false,"webhookByEvents":true})",
       R"({"url":"https://x.test","byEvents":false})"},
      {R"("webhookUrl":"https://x.test","webhookEvents":["CALL"],"webhookByEvents":true)",
       R"({"url":"https://x.test","events":["CALL"],"byEvents":true})"},
      {R"("webhookUrl":"https://flat.test","webhook":{"url":"https://x.test"})",
       R"({"url":"https://x.test"})"},
      {R"("webhookUrl":"https://x.test","webhook":null,"webhookEvents":null)",
       R"({"url":"https://x.test"})"},
  };
  int n = 0;
  for (const auto& [members, settings] : cases) {
    const auto name = "v2-" + std::to_string(++n);
    const auto answer =
        create(R"({"instanceName":")" + name + R"(",)" + members + "}", "/v2/instance/create");
    EXPECT_EQ(answer.status, 201) << members << answer.body;
    EXPECT_EQ(boost::json::parse(api.world.registry.findByName(name)->settings.at("webhook").json),
              boost::json::parse(settings))
        << members;
  }
}

TEST_F(CreateRequest, FlatMembersOfV2ThatConfigureNothingAreLeftOut) {
  const auto answer = create(
      R"({"instanceName":"a","webhookUrl":"","webhookByEvents":false,"webhookurl":"x","webhooks":1,
          "rabbitmqEnabled":false,"sqsEvents":["CALL"],"websocketEnabled":null})",
      "/v2/instance/create");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_TRUE(api.world.registry.findByName("a")->settings.empty());
  EXPECT_THAT(
      messagesOf(create(R"({"instanceName":"b","rabbitmqEnabled":true})", "/v2/instance/create")),
      ElementsAre(HasSubstr("rabbitmq: no plugin of this name")));
  EXPECT_EQ(create(R"({"instanceName":"b","webhookUrl":"https://x.test"})").status, 400)
      << "the native dialect has one spelling";
}

TEST_F(CreateRequest, SettingsThatAreDisabledAreNotLookedAt) {
  const auto answer = create(
      R"({"instanceName":"a","typebot":{"enabled":false},"webhook":{"enabled":false,"wrong":1},"chatwoot":null})");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_TRUE(api.world.registry.findByName("a")->settings.empty());
}

TEST_F(CreateRequest, NothingOptionalIsNeeded) {
  EXPECT_EQ(create(R"({"instanceName":"a","token":"","number":"","integration":"","qrcode":null})")
                .status,
            201);
  EXPECT_EQ(api.world.registry.findByName("a")->row.integration, "WHATSAPP-BAILEYS");
}

TEST_F(CreateRequest, AUsedNameOrTokenIsForbidden) {
  const auto* body = R"({"instanceName":"a","token":"a-token-long-enough"})";
  EXPECT_EQ(create(body).status, 201);
  EXPECT_THAT(messagesOf(create(R"({"instanceName":"a"})")),
              ElementsAre("This name \"a\" is already in use."));
  const auto again = create(R"({"instanceName":"b","token":"a-token-long-enough"})");
  EXPECT_EQ(again.status, 403);
}

TEST_F(CreateRequest, AnIntegrationWithoutAPluginIsRefused) {
  const auto answer = create(R"({"instanceName":"a","integration":"WHATSAPP-BUSINESS"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(messagesOf(answer), ElementsAre(HasSubstr("WHATSAPP-BUSINESS")));
}

TEST_F(CreateRequest, UnderV2WhatAPluginsSchemaRefusesIsSaidAsV2ServersDo) {
  const auto answer =
      create(R"({"instanceName":"a","webhook":{"url":5},"sink":"x"})", "/v2/instance/create");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(
      boost::json::parse(answer.body).at("response").at("message"),
      boost::json::parse(
          R"([["sink is not of a type(s) object","webhook.url is not of a type(s) string"]])"));
}

TEST_F(CreateRequest, UnderV2NoEventsAreStoredAndShownAsAllOfThem) {
  create(R"({"instanceName":"a","sink":{"url":"https://x.test","events":[]}})",
         "/v2/instance/create");
  const auto kept =
      boost::json::parse(api.world.registry.findByName("a")->settings.at("sink").json);
  EXPECT_EQ(kept.at("events").as_array().size(), 31U);
  const auto row =
      boost::json::parse(api.ask(Method::get, "/v2/instance/fetchInstances").body).at(0);
  EXPECT_EQ(row.at("Sink").at("events"), kept.at("events"));
  create(R"({"instanceName":"b","sink":{"url":"https://x.test"}})");
  EXPECT_EQ(boost::json::parse(api.world.registry.findByName("b")->settings.at("sink").json),
            boost::json::parse(R"({"url":"https://x.test","enabled":true,"events":[]})"))
      << "natively";
}

TEST_F(CreateRequest, AWordOfV2ForNoUrlIsKeptAndSwitchedOff) {
  const auto answer =
      create(R"({"instanceName":"a","sinkEnabled":true,"sinkUrl":"none"})", "/v2/instance/create");
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(boost::json::parse(answer.body).at("sink"),
            boost::json::parse(R"({"sinkUrl":"none","on":true})"));
  const auto kept = api.world.registry.findByName("a")->settings.at("sink");
  EXPECT_FALSE(kept.enabled);
  EXPECT_EQ(kept.inForce(), "") << "the plugin hears of none";
  EXPECT_EQ(create(R"({"instanceName":"b","sink":{"url":"none"}})").status, 400) << "natively";
}

/// A connector that has a use of its own for `token`.
struct ClaimedMembers : CreateRequest {
  static constexpr const char* kTheirs = "EAAG-of-the-network-0123456789";
  http::Response cloud(const std::string& members, const std::string& path = "/instance/create") {
    return create(R"({"instanceName":"a","integration":"CLOUD",)" + members + "}", path);
  }
};

TEST_F(ClaimedMembers, AreTheConnectorsSettingsAndTheInstanceGetsAKeyOfItsOwn) {
  const auto answer =
      cloud(R"("token":")" + std::string(kTheirs) + R"(","number":"123456","businessId":"777")");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto key = std::string(boost::json::parse(answer.body).at("hash").at("apikey").as_string());
  EXPECT_EQ(key.size(), 36U);
  const auto instance = api.world.registry.findByName("a");
  EXPECT_EQ(
      boost::json::parse(instance->settings.at("cloud").json),
      (boost::json::object{{"accessToken", kTheirs}, {"phone", "123456"}, {"business", "777"}}));
  EXPECT_EQ(instance->row.number, "123456");
  const auto state = "/a/instance/connectionState";
  EXPECT_EQ(api.ask(Method::get, state, "", Headers{}, key).status, 200);
  EXPECT_EQ(api.ask(Method::get, state, "", Headers{}, kTheirs).status, 401)
      << "it is no key of ours";
}

TEST_F(ClaimedMembers, AreShownNowhereButTheIdOfTheBusiness) {
  const auto told =
      cloud(R"("token":")" + std::string(kTheirs) + R"(","number":"123456","businessId":"777")",
            "/v2/instance/create");
  ASSERT_EQ(told.status, 201) << told.body;
  const auto rows = api.ask(Method::get, "/v2/instance/fetchInstances").body;
  const auto row = boost::json::parse(rows).at(0);
  EXPECT_EQ(row.at("businessId"), "777");
  EXPECT_EQ(row.at("number"), "123456");
  EXPECT_EQ(row.at("token"), boost::json::parse(told.body).at("hash"));
  const auto native = api.ask(Method::get, "/instance/fetchInstances").body;
  std::string stored;
  for (const auto& file : std::filesystem::directory_iterator(api.world.directory)) {
    std::ifstream in(file.path(), std::ios::binary);
    stored.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_NE(stored.find("CLOUD"), stored.npos) << "that is where it is stored";
  for (const auto& text :
       {told.body, rows, native, stored, api.world.published.body("instance.create")})
    EXPECT_EQ(text.find(kTheirs), text.npos) << text;
}

TEST_F(ClaimedMembers, ThatAreMissingOrWrongAreCalledAsTheyWereAskedFor) {
  EXPECT_THAT(messagesOf(cloud(R"("qrcode":true)")),
              ElementsAre(HasSubstr("token: is missing"), HasSubstr("number: is missing")));
  EXPECT_THAT(messagesOf(cloud(R"("number":"123456")", "/v2/instance/create")),
              ElementsAre("token is required"));
  const auto wrong = cloud(R"("token":"short-canary","number":"123456")");
  EXPECT_THAT(messagesOf(wrong),
              ElementsAre(HasSubstr("token: is too short, allowed: a string of 20")));
  EXPECT_EQ(wrong.body.find("canary"), wrong.body.npos);
  EXPECT_EQ(api.world.registry.size(), 0U);
}

TEST_F(ClaimedMembers, MayHaveTheFormOfNoKeyOfOurs) {
  EXPECT_EQ(cloud(R"("token":"aaaaaaaa aaaaaaaaaaaaaaaaaaaaaaaa","number":"123456")").status, 201);
}

}  // namespace
}  // namespace colibri::api
