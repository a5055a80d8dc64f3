// What is decided by the head of a request, before any of its body is kept.
#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"
#include "http/target.hpp"

namespace colibri::api {
namespace {

using http::Method;
using testing::ApiWorld;
using Kind = http::Payer::Kind;

http::Request headOf(Method method, const std::string& target, const std::string& key,
                     std::array<std::uint8_t, 4> from = {127, 0, 0, 1}) {
  http::Request head;
  head.method = method;
  EXPECT_TRUE(http::parseTarget(target, head));
  if (!key.empty()) head.headers.add("apikey", key);
  head.headers.add("Content-Length", "1000000");
  std::copy(from.begin(), from.end(), head.peer.bytes.begin());
  return head;
}

int statusOf(const http::Admission& admission) {
  return admission.answer ? admission.answer->status : 0;
}

TEST(AttackAtTheDoor, AStrangerIsToldSoByTheHeadOfHisRequestOnEveryRoute) {
  ApiWorld api;
  const auto keyOfShop = api.create("shop");
  for (const auto& route : api.routes()) {
    if (route.access == Access::anyone || route.access == Access::address) continue;
    const auto method = route.method == "POST"     ? Method::post
                        : route.method == "PUT"    ? Method::put
                        : route.method == "DELETE" ? Method::del
                                                   : Method::get;
    auto own =
        "/" + std::string(route.router) + (route.name.empty() ? "" : "/" + std::string(route.name));
    for (std::size_t i = 0; i < route.params; ++i) own += "/1";
    const auto target = (route.ofInstance ? "/shop" : "") + own;
    for (const auto* key : {"", "wrong-key-wrong-key"}) {
      const auto admission = api.api().admit(headOf(method, target, key));
      EXPECT_EQ(statusOf(admission), 401) << target;
      EXPECT_FALSE(admission.serve);
    }
    EXPECT_EQ(statusOf(api.api().admit(headOf(method, target, ApiWorld::kKey))), 0) << target;
  }
  EXPECT_EQ(statusOf(api.api().admit(headOf(Method::post, "/shop/stream", ""))), 401);
  EXPECT_EQ(statusOf(api.api().admit(headOf(Method::post, "/other/message/sendText", keyOfShop))),
            401);
}

TEST(AttackAtTheDoor, WhatNeedsNoKeyNeedsNoBodyEither) {
  ApiWorld api;
  EXPECT_EQ(statusOf(api.api().admit(headOf(Method::get, "/", ""))), 200);
  EXPECT_EQ(statusOf(api.api().admit(headOf(Method::get, "/health", ""))), 200);
  EXPECT_EQ(statusOf(api.api().admit(headOf(Method::post, "/nothing", ""))), 404);
  EXPECT_EQ(statusOf(api.api().admit(headOf(Method::options, "/instance/create", ""))), 204);
}

TEST(AttackAtTheDoor, AWrongKeyIsCountedOnceForItsRequest) {
  ApiWorld api;
  api.create("shop");
  EXPECT_EQ(
      api.ask(Method::post, "/shop/message/sendText", "{}", ApiWorld::Headers{}, "wrong").status,
      401);
  EXPECT_EQ(api.failures.wrong(), 1U);
}

TEST(AttackAtTheDoor, AHandshakeHasNoBody) {
  ApiWorld api;
  auto head = headOf(Method::get, "/socket.io/", "");
  EXPECT_EQ(api.api().admit(head).bodyLimit, 50U);
  head.headers.add("Connection", "Upgrade");
  head.headers.add("Upgrade", "websocket");
  head.headers.add("Sec-WebSocket-Version", "13");
  head.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(api.api().admit(head).bodyLimit, 0U);
}

TEST(AttackAtTheDoor, EachKeyPaysForItsOwnBodies) {
  ApiWorld api;
  const auto keyOfShop = api.create("shop");
  const auto key = api.world.registry.findByName("shop")->row.key;
  const auto payer = [&](const std::string& target, const std::string& with,
                         std::array<std::uint8_t, 4> from = {127, 0, 0, 1}) {
    return api.api().admit(headOf(Method::post, target, with, from)).payer;
  };
  EXPECT_EQ(payer("/shop/message/sendText", ApiWorld::kKey).kind, Kind::owner);
  const auto tenant = payer("/shop/message/sendText", keyOfShop, {203, 0, 113, 9});
  EXPECT_EQ(tenant.kind, Kind::tenant);
  EXPECT_EQ(tenant.tenant, key);
  EXPECT_NE(tenant.host, 0U);
  EXPECT_EQ(payer("/socket.io/", "", {8, 8, 8, 8}).kind, Kind::stranger);
  EXPECT_NE(payer("/socket.io/", "", {8, 8, 8, 8}).host, 0U);
  EXPECT_EQ(payer("/socket.io/", "", {127, 0, 0, 1}).host, 0U) << "a proxy may stand there";
  EXPECT_EQ(payer("/socket.io/", "", {10, 1, 2, 3}).host, 0U);
}

TEST(AttackAtTheDoor, AKeyWithTooManyRequestsInFlightIsRefusedAndNobodyElse) {
  ApiWorld api({.requestsAtOnce = 2});
  const auto shop = api.create("shop"), cafe = api.create("cafe");
  const auto enter = [&](const std::string& name, const std::string& key) {
    return api.api().admit(headOf(Method::post, "/" + name + "/message/sendText", key));
  };
  auto first = enter("shop", shop);
  const auto second = enter("shop", shop);
  EXPECT_EQ(statusOf(first), 0);
  EXPECT_EQ(statusOf(second), 0);
  const auto third = enter("shop", shop);
  ASSERT_EQ(statusOf(third), 429);
  EXPECT_NE(third.answer->body.find("(2, by server.requests_per_instance)"), std::string::npos)
      << third.answer->body;
  EXPECT_EQ(third.answer->headers.back(), std::pair(std::string("Retry-After"), std::string("1")));
  EXPECT_EQ(statusOf(enter("cafe", cafe)), 0);
  EXPECT_EQ(statusOf(enter("shop", ApiWorld::kKey)), 0);
  first = {};  // its client has gone
  EXPECT_EQ(statusOf(enter("shop", shop)), 0);
  EXPECT_EQ(api.ask(Method::post, "/shop/message/sendText", "{}", ApiWorld::Headers{}, shop).status,
            400);
  EXPECT_EQ(statusOf(enter("shop", shop)), 0) << "an answer frees its place";
  EXPECT_EQ(api.inFlight.refused(), 1U);
}

TEST(AttackAtTheDoor, ABodyThatCameTooLateDoesNotReachAnotherInstanceOfTheSameName) {
  ApiWorld api;
  const auto old = api.create("shop");
  auto request = headOf(Method::post, "/shop/message/sendText", old);
  auto admission = api.api().admit(request);
  ASSERT_EQ(api.ask(Method::del, "/shop/instance/delete").status, 200);
  const auto again = [&] {
    return api.ask(Method::post, "/instance/create", R"({"instanceName":"shop"})").status;
  };
  for (int i = 0; i < 20'000 && again() != 201; ++i) {
  }  // the name is free once all of the old one is gone
  ASSERT_TRUE(api.world.registry.findByName("shop"));
  request.body = "{}";
  auto sink = std::make_shared<testing::OneAnswer>();
  auto answer = sink->future();
  admission.serve(std::move(request), http::Responder(sink, 1));
  EXPECT_EQ(ApiWorld::settled(std::move(answer)).status, 404);
}

}  // namespace
}  // namespace colibri::api
