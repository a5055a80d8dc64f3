// Link pages: what their addresses open, and what they do not.
#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"
#include "base/iso_time.hpp"

namespace colibri::api {
namespace {

using http::Method;
using instances::State;
using testing::ApiWorld;
using Headers = ApiWorld::Headers;

struct LinkTest : ::testing::Test {
  explicit LinkTest(const ApiWorld::Options& options = {.qrWait = std::chrono::milliseconds(50)})
      : api(options), key(api.create("shop")) {}

  InstanceKey shop() const { return api.world.registry.findByName("shop")->row.key; }
  boost::json::value linkPage() {
    const auto answer = api.ask(Method::post, "/shop/instance/linkPage", "", Headers{}, key);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return boost::json::parse(answer.body);
  }
  std::string token() {
    const auto page = linkPage();
    const std::string url(page.at("url").as_string());
    return url.substr(url.rfind('/') + 1);
  }
  /// With no key.
  http::Response ask(const std::string& what, const std::string& token,
                     const std::string& body = {}) {
    const bool get = what == "page" || what == "state";
    return api.ask(get ? Method::get : Method::post, "/link/" + what + "/" + token, body, Headers{},
                   "");
  }
  boost::json::value state(const std::string& token) {
    const auto answer = ask("state", token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return boost::json::parse(answer.body);
  }
  void report(State state, const std::function<void(instances::StateReport&)>& more = {}) {
    api.world.report(shop(), state, more);
    instances::testing::eventually([&] { return api.world.stateOf(shop()) == state; });
  }
  void showQr() {
    report(State::connecting);
    report(State::qr, [](auto& r) {
      r.qr = "a code";
      r.qrExpiresAtUs = 1'700'000'020'000'000;
    });
  }
  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [its, value] : response.headers)
      if (its == name) return value;
    return {};
  }

  static constexpr const char* kAll[] = {"page",     "state",   "connect",
                                         "response", "confirm", "cancel"};
  ApiWorld api;
  std::string key;
};

TEST_F(LinkTest, AnAddressIsBelowTheServersUrlAndSaysWhenItEnds) {
  const auto page = linkPage();
  const std::string url(page.at("url").as_string());
  EXPECT_TRUE(url.starts_with("https://gateway.example/link/page/")) << url;
  EXPECT_EQ(page.at("expiresAt"),
            boost::json::value(isoTime(api.keysClock.nowUs() + 15 * 60'000'000LL)));
}

TEST_F(LinkTest, ThePageIsADocumentThatMayLoadNothingAndIsKeptNowhere) {
  const auto answer = ask("page", token());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.contentType, "text/html; charset=utf-8");
  EXPECT_TRUE(header(answer, "Content-Security-Policy").starts_with("default-src 'none'"));
  EXPECT_EQ(header(answer, "X-Frame-Options"), "DENY");
  EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
  EXPECT_EQ(api.world.connector.count("open {}"), 0U) << "looking at it changes nothing";
}

TEST_F(LinkTest, AWrongAddressIs404WhateverKeyComesWithIt) {
  const auto right = token();
  for (const auto* what : kAll) {
    for (const auto& wrong : {std::string(43, 'A'), right + "A", right.substr(1)}) {
      for (const auto& with : {std::string(), key, std::string(ApiWorld::kKey)}) {
        const auto answer =
            api.ask(what == kAll[0] || what == kAll[1] ? Method::get : Method::post,
                    std::string("/link/") + what + "/" + wrong, "", Headers{}, with);
        EXPECT_EQ(answer.status, 404) << what;
        EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
      }
    }
  }
  EXPECT_EQ(ask("page", "wrong").contentType, "text/html; charset=utf-8");
}

TEST_F(LinkTest, ItOpensNothingElse) {
  const auto secret = token();
  for (const auto* path : {"/shop/instance/connectionState", "/shop/instance/linkPage",
                           "/shop/passkey/challenge", "/instance/fetchInstances", "/metrics"}) {
    for (const auto method : {Method::get, Method::post}) {
      const auto answer = api.ask(method, path, "", Headers{{"apikey", secret}}, "");
      EXPECT_EQ(answer.status, 401) << path;
    }
  }
}

TEST_F(LinkTest, WhoGuessesIsSlowedDownAsWithKeys) {
  ApiWorld strict({.failedPerMinute = 2});
  const auto guess = [&](const Headers& headers) {
    http::Request request;
    request.method = Method::get;
    request.target = "/link/state/" + std::string(43, 'A');
    request.peer.bytes = {203, 0, 113, 7};
    EXPECT_TRUE(http::parseTarget(request.target, request));
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return *strict.api().admit(request).answer;
  };
  EXPECT_EQ(guess({}).status, 404);
  EXPECT_EQ(guess({}).status, 404);
  const auto late = guess({});
  EXPECT_EQ(late.status, 429);
  EXPECT_FALSE(header(late, "Retry-After").empty());
  EXPECT_EQ(strict.failures.wrong(), 3U);
}

TEST_F(LinkTest, ARightAddressVouchesForNobodysKeys) {
  ApiWorld strict({.failedPerMinute = 1});
  const auto secret = strict.links.issue(1).value().token;
  strict.create("first");  // the instance with that key
  const auto from = [&](const std::string& target, const std::string& with) {
    http::Request request;
    request.method = Method::get;
    request.target = target;
    request.peer.bytes = {203, 0, 113, 7};
    EXPECT_TRUE(http::parseTarget(target, request));
    if (!with.empty()) request.headers.add("apikey", with);
    const auto admission = strict.api().admit(request);
    return admission.answer ? admission.answer->status : 0;
  };
  EXPECT_EQ(from("/link/state/" + secret, ""), 0);
  EXPECT_EQ(from("/metrics", "wrong"), 401);
  for (unsigned i = 0; i < FailedKeys::kLooksPerSecond; ++i) from("/metrics", "wrong");
  EXPECT_EQ(from("/metrics", ApiWorld::kKey), 429) << "it is not looked at";
}

TEST_F(LinkTest, NoPageOfAnotherOriginMayReadIt) {
  const auto answer = api.ask(Method::get, "/link/state/" + token(), "",
                              Headers{{"Origin", "https://evil.example"}}, "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(header(answer, "Access-Control-Allow-Origin"), "");
}

TEST_F(LinkTest, TheStateIsWhatAPersonHasToDo) {
  const auto secret = token();
  EXPECT_EQ(state(secret).at("stage"), boost::json::value("closed"));
  report(State::connecting);
  EXPECT_EQ(state(secret).at("stage"), boost::json::value("connecting"));
  report(State::qr, [](auto& r) {
    r.qr = "a code";
    r.qrExpiresAtUs = 1'700'000'020'000'000;
  });
  auto now = state(secret);
  EXPECT_EQ(now.at("stage"), boost::json::value("code"));
  EXPECT_EQ(now.at("qr").at("image"), boost::json::value("png of a code"));
  EXPECT_EQ(now.at("qr").at("expiresAt"), boost::json::value(isoTime(1'700'000'020'000'000)));
  EXPECT_FALSE(now.as_object().contains("pairingCode"));
  report(State::pairingCode, [](auto& r) { r.pairingCode = "ABCD1234"; });
  now = state(secret);
  EXPECT_EQ(now.at("pairingCode").at("code"), boost::json::value("ABCD1234"));
  EXPECT_EQ(now.at("qr").at("image"), boost::json::value("png of a code")) << "both are good";
}

TEST_F(LinkTest, APairingCodeIsShownAsLongAsAPhoneTakesItThoughTheQrCodeIsStillGood) {
  const auto secret = token();
  showQr();
  report(State::pairingCode, [&](auto& r) {
    r.pairingCode = "ABCD1234";
    r.pairingCodeExpiresAtUs = api.world.wall.nowUs();
  });
  const auto now = state(secret);
  EXPECT_TRUE(now.as_object().contains("qr"));
  EXPECT_FALSE(now.as_object().contains("pairingCode"));
}

TEST_F(LinkTest, ConnectingIsAskedForByThePageAndANumberAsksForACode) {
  const auto secret = token();
  EXPECT_EQ(ask("connect", secret, "{}").status, 504) << "nobody draws a code here";
  EXPECT_EQ(api.world.connector.count("open {}"), 1U);
  EXPECT_EQ(ask("connect", secret, R"({"number":"5511999990000"})").status, 504);
  EXPECT_EQ(api.world.connector.count(R"(open {"number":"5511999990000"})"), 1U);
  EXPECT_EQ(ask("connect", secret, R"({"number":"+55 11"})").status, 400);
}

TEST_F(LinkTest, APasskeyIsShownToTheConnector) {
  const auto secret = token();
  EXPECT_EQ(ask("confirm", secret).status, 404) << "nothing is being linked";
  showQr();
  report(State::passkey);
  auto& connector = api.world.connector;
  auto looking = api.begin(Method::get, "/link/state/" + secret, "", {}, "");
  instances::testing::eventually([&] { return connector.count("submit passkey.challenge") == 1; });
  const auto command = connector.submitted().back();
  api.commands().complete(command.token,
                          Result<std::string>(R"({"stage":"confirm","code":"1234-ABCD"})"));
  const auto now = boost::json::parse(ApiWorld::settled(std::move(looking)).body);
  EXPECT_EQ(now.at("stage"), boost::json::value("passkey"));
  EXPECT_EQ(now.at("passkey").at("code"), boost::json::value("1234-ABCD"));
  for (const auto* what : {"response", "confirm", "cancel"}) {
    const std::string body =
        what == std::string_view("response")
            ? R"({"credential":{"id":"YQ","rawId":"YQ","type":"public-key","response":)"
              R"({"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}})"
            : "";
    auto doing = api.begin(Method::post, std::string("/link/") + what + "/" + secret, body, {}, "");
    instances::testing::eventually(
        [&] { return connector.count(std::string("submit passkey.") + what) == 1; });
    api.commands().complete(connector.submitted().back().token, Result<std::string>("{}"));
    EXPECT_EQ(ApiWorld::settled(std::move(doing)).status, 200) << what;
  }
  EXPECT_EQ(ask("response", secret, R"({"credential":{}})").status, 400);
}

TEST_F(LinkTest, OnceLinkedItOnlySaysSo) {
  const auto secret = token();
  showQr();
  report(State::open, [](auto& r) { r.infoJson = R"({"ownerJid":"1@s.whatsapp.net"})"; });
  instances::testing::eventually([&] { return api.links.find(secret)->done; });
  EXPECT_EQ(state(secret), boost::json::value({{"stage", "open"}}));
  EXPECT_EQ(ask("page", secret).status, 200);
  for (const auto* what : {"connect", "confirm", "cancel"})
    EXPECT_EQ(ask(what, secret).status, 404);
  EXPECT_EQ(api.ask(Method::post, "/shop/instance/linkPage").status, 409);
  api.keysClock.advance(link_page::LinkTokens::kSaidFor);
  EXPECT_EQ(ask("state", secret).status, 404);
}

TEST_F(LinkTest, ItEndsWithItsTimeAndWithTheInstance) {
  const auto secret = token();
  api.keysClock.advance(std::chrono::minutes(15));
  EXPECT_EQ(ask("page", secret).status, 404);
  const auto other = token();
  EXPECT_EQ(ask("page", other).status, 200);
  EXPECT_EQ(api.ask(Method::del, "/shop/instance/delete").status, 200);
  for (const auto* what : kAll) EXPECT_EQ(ask(what, other).status, 404) << what;
}

}  // namespace
}  // namespace colibri::api
