// What an account does by itself: kept as its connector's settings, shown in rows and by find.
#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;
using http::Method;
using testing::ApiWorld;

constexpr const char* kAll =
    R"({"rejectCall":true,"msgCall":"write","groupsIgnore":true,"alwaysOnline":false,
        "readMessages":true,"readStatus":false,"syncFullHistory":false,"wavoipToken":""})";

struct AccountSettings : ::testing::Test {
  ApiWorld api;
  json::value found() {
    const auto answer = api.ask(Method::get, "/shop/settings/find");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
};

TEST_F(AccountSettings, AreOffUntilTheyAreSetAndThenShownEverywhere) {
  api.create("shop");
  EXPECT_EQ(found().at("rejectCall"), false);
  const auto set = api.ask(Method::post, "/v2/settings/set/shop", kAll);
  ASSERT_EQ(set.status, 201) << set.body;
  EXPECT_EQ(json::parse(set.body).at("settings").at("instanceName"), "shop");
  EXPECT_EQ(json::parse(set.body).at("settings").at("settings"), json::parse(kAll));
  EXPECT_EQ(found(), json::parse(kAll));
  const auto rows = api.ask(Method::get, "/v2/instance/fetchInstances");
  EXPECT_EQ(json::parse(rows.body).at(0).at("Setting").at("msgCall"), "write");
}

TEST_F(AccountSettings, AreKeptAsThoseOfTheConnector) {
  api.create("shop");
  ASSERT_EQ(api.ask(Method::post, "/shop/settings/set", kAll).status, 201);
  const auto instance = api.world.registry.findByName("shop");
  const auto kept = json::parse(instance->settings.at(api.world.connector.alias()).json);
  EXPECT_EQ(kept, json::parse(R"({"rejectCall":true,"msgCall":"write","groupsIgnore":true,
                                  "alwaysOnline":false,"readMessages":true})"));
}

TEST_F(AccountSettings, AMessageToCallersThatIsNotNamedStays) {
  api.create("shop");
  ASSERT_EQ(api.ask(Method::post, "/shop/settings/set", kAll).status, 201);
  auto without = json::parse(kAll).as_object();
  without.erase("msgCall");
  ASSERT_EQ(api.ask(Method::post, "/shop/settings/set", json::serialize(without)).status, 201);
  EXPECT_EQ(found().at("msgCall"), "write");
}

TEST_F(AccountSettings, WhatCannotBeDoneIsRefusedByNameAndChangesNothing) {
  api.create("shop");
  for (const auto* name : {"readStatus", "syncFullHistory"}) {
    auto body = json::parse(kAll).as_object();
    body[name] = true;
    const auto answer = api.ask(Method::post, "/shop/settings/set", json::serialize(body));
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find(name), std::string::npos) << answer.body;
  }
  EXPECT_EQ(api.ask(Method::post, "/shop/settings/set", "{}").status, 400);
  EXPECT_EQ(found().at("rejectCall"), false);
}

}  // namespace
}  // namespace colibri::api
