#include "api/access.hpp"

#include <gtest/gtest.h>

#include <set>

#include "api/testing/api_world.hpp"
#include "crypto/digest.hpp"

namespace colibri::api {
namespace {

using http::Method;
using testing::ApiWorld;
using testing::messagesOf;

Method methodOf(std::string_view name) {
  for (const auto method : {Method::post, Method::put, Method::patch, Method::del})
    if (http::methodName(method) == name) return method;
  return Method::get;
}

/// Both forms of every route of one instance.
std::vector<std::pair<Method, std::string>> routesOf(const ApiWorld& api,
                                                     const std::string& instance) {
  std::vector<std::pair<Method, std::string>> all;
  for (const auto& route : api.routes()) {
    if (!route.ofInstance) continue;
    auto words = std::string(route.router) + "/" + std::string(route.name);
    for (std::size_t i = 0; i < route.params; ++i) words += "/1";
    all.emplace_back(methodOf(route.method), "/" + instance + "/" + words);
    all.emplace_back(methodOf(route.method), "/" + words + "/" + instance);
  }
  return all;
}

TEST(Access, AStrangerHearsTheSameOfKnownAndUnknownInstances) {
  ApiWorld api;
  const auto own = api.create("known");
  const auto foreign = api.create("foreign");
  for (const std::string& key :
       {std::string(), std::string("wrong-key-wrong-key"), foreign, own + "x", own.substr(1)}) {
    std::set<std::string> bodies;
    for (const auto* name : {"known", "unknown"}) {
      for (const auto& [method, target] : routesOf(api, name)) {
        const auto answer = api.ask(method, target, "{}", ApiWorld::Headers{}, key);
        EXPECT_EQ(answer.status, 401) << target;
        bodies.insert(answer.body);
      }
    }
    EXPECT_EQ(bodies.size(), 1U) << *bodies.begin() << *bodies.rbegin();
  }
  EXPECT_NE(api.world.registry.findByName("known"), nullptr);
}

TEST(Access, AnInstancesKeyOpensItsRoutesAndNoOthers) {
  ApiWorld api;
  const auto key = api.create("a");
  api.create("b");
  const auto status = [&](Method method, const std::string& target) {
    return api.ask(method, target, "{}", ApiWorld::Headers{}, key).status;
  };
  EXPECT_EQ(status(Method::get, "/a/instance/connectionState"), 200);
  EXPECT_EQ(status(Method::get, "/v2/instance/connectionState/a"), 200);
  EXPECT_EQ(status(Method::get, "/b/instance/connectionState"), 401);
  EXPECT_EQ(status(Method::get, "/instance/connectionState/b"), 401);
  EXPECT_EQ(status(Method::get, "/b/instance/connectionState?instanceName=a"), 401);
  EXPECT_EQ(status(Method::post, "/instance/create"), 401);
  EXPECT_EQ(status(Method::get, "/plugins"), 401);
  EXPECT_EQ(status(Method::get, "/metrics"), 401);
  EXPECT_EQ(
      api.ask(Method::get, "/instance/fetchInstances?instanceName=b", "", ApiWorld::Headers{}, key)
          .body,
      "[]");
}

TEST(Access, TheGlobalKeyOpensEverything) {
  ApiWorld api;
  api.create("a");
  EXPECT_EQ(api.ask(Method::get, "/a/instance/connectionState").status, 200);
  EXPECT_EQ(api.ask(Method::get, "/plugins").status, 200);
  EXPECT_EQ(api.ask(Method::get, "/metrics").status, 200);
  const auto unknown = api.ask(Method::get, "/unknown/instance/connectionState");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(messagesOf(unknown),
            std::vector<std::string>{"The \"unknown\" instance does not exist"});
}

TEST(Access, HealthAndWelcomeNeedNoKeyAndLookAtNone) {
  ApiWorld api;
  for (const auto* target : {"/", "/health", "/v2/health"}) {
    for (const auto* key : {"", "wrong-key-wrong-key"})
      EXPECT_EQ(api.ask(Method::get, target, "", ApiWorld::Headers{}, key).status, 200) << target;
  }
}

TEST(Access, WhetherTheGatewayIsReadyIsForEveryoneAndTellsNoMoreThanThat) {
  ApiWorld api;
  for (const auto* target : {"/ready", "/v2/ready"}) {
    api.trouble.reset();
    const auto ready = api.ask(Method::get, target, "", ApiWorld::Headers{}, "");
    EXPECT_EQ(ready.status, 200);
    EXPECT_EQ(ready.body, R"({"status":"ready"})");
    api.trouble = "the disk is full";
    const auto answer =
        api.ask(Method::get, target, "", ApiWorld::Headers{}, "wrong-key-wrong-key");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(messagesOf(answer), std::vector<std::string>{"the disk is full"});
  }
}

TEST(Access, TheKeyOfAnInstanceBeingDeletedOpensNothing) {
  ApiWorld api;
  const auto key = api.create("a");
  EXPECT_EQ(api.ask(Method::del, "/a/instance/delete", "", ApiWorld::Headers{}, key).status, 200);
  EXPECT_EQ(
      api.ask(Method::get, "/a/instance/connectionState", "", ApiWorld::Headers{}, key).status,
      401);
}

TEST(Access, AHashIsNoKey) {
  instances::Registry registry;
  const ManualClock clock;
  FailedKeys failures(clock, {});
  link_page::LinkTokens links(clock);
  const AccessControl access("the-global-key-of-the-tests", registry, failures, links);
  const Route route{.access = Access::globalKey};
  const Match match{.route = &route, .instance = {}, .params = {}};
  const auto admitted = [&](std::string_view key) {
    http::Headers headers;
    headers.add("ApiKey", key);
    return access.admit(match, headers, net::IpAddress::v4(0x7f000001)).caller.has_value();
  };
  EXPECT_TRUE(admitted("the-global-key-of-the-tests"));
  EXPECT_FALSE(admitted(crypto::sha256("the-global-key-of-the-tests")));
  EXPECT_FALSE(admitted("the-global-key-of-the-test"));
  EXPECT_FALSE(admitted(std::string("the-global-key-of-the-tests\0", 28)));
}

}  // namespace
}  // namespace colibri::api
