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
    EXPECT_EQ(api.pluginRoutes().last.body, R"({"a":1})");
  }
  EXPECT_EQ(askedOf(api, Method::head, "/shop/audit/find").at("route"), 1);
  EXPECT_EQ(askedOf(api, Method::del, "/audit/trail").at("instance"), "");
}

TEST(PluginRoutes, ExistOnlyWithTheirMethodAndScope) {
  ApiWorld api;
  api.create("shop");
  for (const auto* target : {"/shop/audit/find", "/audit/find/shop", "/v2/shop/audit/set",
                             "/audit/set", "/audit/trail/shop", "/shop/audit/trail",
                             "/shop/audit/hook", "/inbox/audit", "/shop/inbox/audit"})
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
  EXPECT_EQ(api.pluginRoutes().last.body, "") << "it has heard nothing so far";
  askedOf(api, Method::post, "/shop/audit/set");
  EXPECT_EQ(api.pluginRoutes().last.body, "{}");
  askedOf(api, Method::post, "/shop/audit/set", R"({"a":1,"a":2})");
  EXPECT_EQ(api.pluginRoutes().last.body, R"({"a":2})") << "one meaning only";
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

http::Response askedBy(ApiWorld& api, Method method, const std::string& target,
                       const std::string& body, const ApiWorld::Headers& headers = {}) {
  return api.ask(method, target, body, headers, "");
}

TEST(PluginRoutes, TheirBodiesAreCheckedByTheirOwnDefinitionWithAllFaultsAtOnce) {
  ApiWorld api;
  api.create("shop");
  const std::string wrong = R"({"a":true,"b":1})";
  const auto native = api.ask(Method::post, "/shop/audit/set", wrong);
  EXPECT_EQ(native.status, 400);
  EXPECT_THAT(testing::messagesOf(native),
              ::testing::ElementsAre("a: is true or false, allowed: an integer",
                                     "b: is an integer, allowed: a string"));
  const auto v2 = api.ask(Method::post, "/audit/set/shop", wrong);
  EXPECT_EQ(v2.status, 400);
  EXPECT_EQ(boost::json::parse(v2.body).at_pointer("/response/message/0/0"),
            "a is not of a type(s) string,integer");
  EXPECT_EQ(boost::json::parse(v2.body).at_pointer("/response/message/0/1"),
            "b is not of a type(s) string");
  askedOf(api, Method::post, "/audit/set/shop", R"({"a":"1"})");
  EXPECT_EQ(api.ask(Method::post, "/shop/audit/set", R"({"a":"1"})").status, 400)
      << "what v2 clients may send is another schema";
}

TEST(PluginRoutes, TheirParametersAndTheirQueryComeAsTheDefinitionNamesThem) {
  ApiWorld api;
  api.create("shop");
  for (const auto* target : {"/shop/audit/fetch/a%2Fb", "/audit/fetch/a%2Fb/shop"}) {
    const auto asked = askedOf(api, Method::put, target);
    EXPECT_EQ(asked.at("params"), boost::json::parse(R"({"id":"a/b"})")) << target;
    EXPECT_EQ(asked.at("instance"), "shop");
  }
  using ::testing::ElementsAre;
  using ::testing::Pair;
  askedOf(api, Method::get, "/shop/audit/find?page=7&other=x");
  EXPECT_THAT(api.pluginRoutes().last.query, ElementsAre(Pair("page", "7")));
  askedOf(api, Method::get, "/shop/audit/find");
  EXPECT_THAT(api.pluginRoutes().last.query, ElementsAre(Pair("page", "1"))) << "its default";
  EXPECT_EQ(api.ask(Method::get, "/shop/audit/find?page=x").status, 400);
}

TEST(PluginRoutes, ARawOneGetsTheBytesTheHeadersAndWhoTheSenderIs) {
  ApiWorld api;
  api.create("shop");
  const std::string bytes("\0{\xff", 3);
  const auto answer = askedBy(api, Method::post, "/audit/hook/shop?x=1&x=2", bytes,
                              {{"X-Hub-Signature-256", "sha256=0"},
                               {"Authorization", "Basic abc"},
                               {"Cookie", "a=b"},
                               {"apikey", "nobody's"}});
  EXPECT_EQ(answer.status, 200) << "a key is nothing here";
  const auto& last = api.pluginRoutes().last;
  EXPECT_EQ(last.body, bytes);
  using ::testing::ElementsAre;
  using ::testing::Pair;
  EXPECT_THAT(last.headers, ElementsAre(Pair("X-Hub-Signature-256", "sha256=0"),
                                        Pair("Authorization", "Basic abc")));
  EXPECT_THAT(last.query, ElementsAre(Pair("x", "1"), Pair("x", "2")));
  EXPECT_THAT(last.params, ElementsAre(Pair("instance", "shop")));
  EXPECT_EQ(last.sender, "127.0.0.1");
  ASSERT_NE(last.instance, nullptr);
  EXPECT_EQ(last.instance->row.name, "shop");
}

TEST(PluginRoutes, AStrangerLearnsNothingOfWhichInstancesThereAre) {
  ApiWorld api;
  api.create("shop");
  const auto known = askedBy(api, Method::post, "/audit/hook/shop", "x");
  const auto unknown = askedBy(api, Method::post, "/audit/hook/nope", "x");
  EXPECT_EQ(known.status, unknown.status);
  EXPECT_EQ(known.status, 200) << "the plugin answers, who knows the secret";
  EXPECT_EQ(api.pluginRoutes().last.instance, nullptr);
}

TEST(PluginRoutes, ThatAStrangerNamesIsWhoIsCalledSoWhenTheBodyIsThere) {
  ApiWorld api;
  const auto named = [&](auto meanwhile) {
    http::Request request;
    request.method = Method::post;
    request.body = "x";
    EXPECT_TRUE(http::parseTarget("/audit/hook/shop", request));
    auto admission = api.api().admit(request);
    meanwhile();
    auto sink = std::make_shared<testing::OneAnswer>();
    auto answer = sink->future();
    admission.serve(std::move(request), http::Responder(sink, 1));
    EXPECT_EQ(ApiWorld::settled(std::move(answer)).status, 200);
    return api.pluginRoutes().last.instance;
  };
  EXPECT_NE(named([&] { api.create("shop"); }), nullptr);
  EXPECT_EQ(named([&] { EXPECT_EQ(api.ask(Method::del, "/shop/instance/delete").status, 200); }),
            nullptr);
}

TEST(PluginRoutes, ARootPathThatAPluginHasIsServedInBothForms) {
  ApiWorld api;
  for (const auto* target : {"/inbox/audit", "/v2/inbox/audit", "/Inbox/AUDIT/"})
    EXPECT_EQ(askedBy(api, Method::get, target, "").status, 200) << target;
}

TEST(PluginRoutes, WhoHasNoKeyPaysForABodyFromAnAccountOfItsOwn) {
  ApiWorld api;
  http::Request head;
  head.method = Method::post;
  head.peer.bytes = {198, 51, 100, 7};
  head.headers.add("content-length", "5");
  ASSERT_TRUE(http::parseTarget("/audit/hook/x", head));
  const auto admission = api.api().admit(head);
  EXPECT_EQ(admission.payer.kind, http::Payer::Kind::keyless);
  EXPECT_EQ(admission.payer.host, http::hostKey(head.peer));
  EXPECT_EQ(admission.bodyLimit, testing::FakePluginRoutes::kBodyLimit);
}

TEST(PluginRoutesAttack, OneAddressWithoutAKeyHasOnlySoManyRequestsOpen) {
  ApiWorld api;
  api.pluginRoutes().holds = true;
  const auto begin = [&](std::uint8_t last) {
    return api.beginFrom({198, 51, 100, last}, Method::post, "/audit/hook/x", "x");
  };
  std::vector<std::future<http::Response>> open;
  for (int i = 0; i < 64; ++i) open.push_back(begin(7));
  const auto refused = ApiWorld::settled(begin(7));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(testing::messagesOf(refused),
              ::testing::ElementsAre(
                  "Too many requests without a key from this address at once (64), try again"));
  auto other = begin(8);
  EXPECT_EQ(api.pluginRoutes().held.size(), 65U) << "another address is served";
  for (auto& reply : api.pluginRoutes().held) reply(ok({}));
  api.pluginRoutes().held.clear();
  auto again = begin(7);
  EXPECT_EQ(api.pluginRoutes().held.size(), 1U) << "what is answered makes room";
  for (auto& reply : api.pluginRoutes().held) reply(ok({}));
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
