// The routes of plugins beside ours. Keys and tenants: matrix_test.cpp.
#include "api/plugins_controller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using http::Method;
using testing::ApiWorld;

boost::json::value askedOf(ApiWorld& api, Method method, const std::string& target,
                           const std::string& body = {}) {
  const auto answer = api.ask(method, target, body);
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
  return boost::json::parse(answer.body);
}

TEST(PluginRoutes, AreServedInBothFormsWithTheDialectOfThePath) {
  ApiWorld api;
  api.create("shop");
  for (const auto& [target, v2] : {std::pair{"/shop/audit/set", false},
                                   {"/shop/Audit/SET", false},
                                   {"/audit/set/shop", true},
                                   {"/v2/audit/set/shop", true}}) {
    const auto asked = askedOf(api, Method::post, target, R"({"a":1})");
    EXPECT_EQ(asked.at("instance"), "shop");
    EXPECT_EQ(asked.at("v2"), v2) << target;
    EXPECT_EQ(asked.at("route"), 0);
    EXPECT_EQ(api.pluginRoutes().lastBody, R"({"a":1})");
  }
  EXPECT_EQ(askedOf(api, Method::head, "/shop/audit/find").at("route"), 1);
  EXPECT_EQ(askedOf(api, Method::del, "/audit/trail").at("instance"), "");
}

TEST(PluginRoutes, ExistOnlyWithTheirMethodAndScope) {
  ApiWorld api;
  api.create("shop");
  for (const auto* target : {"/shop/audit/find", "/audit/find/shop", "/v2/shop/audit/set",
                             "/audit/set", "/audit/trail/shop", "/shop/audit/trail"})
    EXPECT_EQ(api.ask(Method::post, target).status, 404) << target;
}

TEST(PluginRoutes, APluginHearsOfNothingThatIsNotAJsonObject) {
  ApiWorld api;
  api.create("shop");
  for (const auto* body : {"{", "[]", "1", "{} {}", "\xff"}) {
    const auto answer = api.ask(Method::post, "/shop/audit/set", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(testing::messagesOf(answer).size(), 1U);
  }
  EXPECT_EQ(api.pluginRoutes().lastBody, "") << "it has heard nothing so far";
  askedOf(api, Method::post, "/shop/audit/set");
  EXPECT_EQ(api.pluginRoutes().lastBody, "{}");
  askedOf(api, Method::post, "/shop/audit/set", R"({"a":1,"a":2})");
  EXPECT_EQ(api.pluginRoutes().lastBody, R"({"a":2})") << "one meaning only";
}

TEST(PluginRoutes, TheirBodyLimitIsKnownBeforeTheBodyIsRead) {
  ApiWorld api;
  api.create("shop");
  const auto limitOf = [&](const std::string& target) {
    http::Request head;
    head.method = Method::post;
    head.headers.add("apikey", ApiWorld::kKey);
    EXPECT_TRUE(http::parseTarget(target, head));
    return api.api().admit(head).bodyLimit;
  };
  EXPECT_EQ(limitOf("/shop/audit/set"), testing::FakePluginRoutes::kBodyLimit);
  EXPECT_EQ(limitOf("/v2/audit/set/shop"), testing::FakePluginRoutes::kBodyLimit);
  EXPECT_EQ(limitOf("/shop/message/sendText"), http::Admission::kServerDefault);
}

TEST(PluginRoutes, NoWordOfOursIsAPlugins) {
  const RouteTable table;
  for (const auto& route : table.rows()) {
    if (route.router.empty() || route.operation->yields) continue;
    EXPECT_THAT(routeWords(), ::testing::Contains(std::string(route.router)));
  }
}

}  // namespace
}  // namespace colibri::api
