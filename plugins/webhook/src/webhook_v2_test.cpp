// What v2 clients are used to of webhook/set and webhook/find, and native ones are spared.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <colibri/testing/fake_host.hpp>

#include "event_settings/testing_ask.hpp"
#include "webhook_plugin.hpp"

namespace colibri::webhook {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::makeEvent;
using event_settings::askFind;
using event_settings::askSet;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr bool kV2 = true;

class WebhookV2 : public ::testing::Test {
 protected:
  WebhookV2() {
    EXPECT_EQ(host_.load("{}"), COLIBRI_OK) << host_.error();
    EXPECT_EQ(host_.start(), COLIBRI_OK) << host_.error();
  }
  ~WebhookV2() override { EXPECT_THAT(host_.violations(), IsEmpty()); }

  boost::json::value set(std::string body, bool v2 = kV2) {
    const auto reply = askSet(host_, std::move(body), v2);
    EXPECT_EQ(reply.status, 201U) << reply.body;
    return boost::json::parse(reply.body);
  }
  boost::json::value row() { return boost::json::parse(askFind(host_, kV2).body); }
  boost::json::value native() { return boost::json::parse(askFind(host_).body).at("webhook"); }
  std::size_t kept(const char* member) const {
    return boost::json::parse(host_.kept(1)->json).at(member).as_array().size();
  }
  /// What becomes of an event now.
  colibri_status delivered() {
    const auto outcome = host_.outcome(host_.deliver(makeEvent({.type = "call"})));
    return outcome ? outcome->status : COLIBRI_PENDING;
  }

  FakeHost host_{sdk::detail::Adapter<WebhookPlugin>::kDescriptor};
};

TEST_F(WebhookV2, NoEventsAreKeptAndShownAsAllOfThem) {
  const auto answer = set(R"({"webhook":{"enabled":true,"url":"https://a.test/","events":[]}})");
  EXPECT_EQ(answer.at("events").as_array().size(), 31U);
  EXPECT_EQ(row(), answer);
  EXPECT_EQ(kept("events"), 31U);
}

TEST_F(WebhookV2, OfTwoChangesAtOnceNoneIsLost) {
  set(R"({"url":"https://a.test/","byEvents":false,"base64":false})");
  const auto begin = [&](const char* body) {
    return host_.request({.row = "webhook.set", .v2 = kV2, .body = body});
  };
  const auto one = begin(R"({"webhook":{"byEvents":true}})"), refused = begin(R"({"url":5})"),
             two = begin(R"({"webhook":{"base64":true}})"),
             three = begin(R"({"webhook":{"url":"https://b.test/"}})");
  host_.pump();
  EXPECT_EQ(host_.reply(one)->status, 201U);
  EXPECT_EQ(host_.reply(refused)->status, 400U);
  EXPECT_EQ(host_.reply(two)->status, 201U);
  EXPECT_EQ(boost::json::parse(host_.reply(three)->body), row());
  EXPECT_EQ(row().at("webhookByEvents"), true);
  EXPECT_EQ(row().at("webhookBase64"), true);
  EXPECT_EQ(row().at("url"), "https://b.test/");
}

TEST_F(WebhookV2, ChangesThatWaitAtTheEndAreAnswered) {
  const auto one = host_.request(
                 {.row = "webhook.set", .v2 = kV2, .body = R"({"url":"https://a.test/"})"}),
             two = host_.request(
                 {.row = "webhook.set", .v2 = kV2, .body = R"({"webhook":{"base64":true}})"});
  host_.stop();
  EXPECT_GE(host_.reply(one)->status, 500U);
  EXPECT_GE(host_.reply(two)->status, 500U);
}

TEST_F(WebhookV2, SettingsOfANativeCallerAreShownToV2ClientsByNameAndStayAsTheyAre) {
  set(R"({"url":"https://a.test/","events":[]})", false);
  EXPECT_EQ(row().at("events").as_array().size(), 31U);
  EXPECT_EQ(native().at("events"), boost::json::array());
  EXPECT_EQ(kept("events"), 0U);
}

TEST_F(WebhookV2, WhatASetDoesNotNameStays) {
  set(R"({"webhook":{"enabled":true,"url":"https://a.test/","events":["CALL"],"byEvents":true,
      "base64":true,"headers":{"x":"y"}}})");
  const auto before = row();
  EXPECT_EQ(set(R"({"webhook":{"enabled":true}})"), before);
  EXPECT_EQ(set(R"({"webhook":{"url":"https://b.test/"}})").at("headers"), before.at("headers"));
  EXPECT_EQ(set(R"({"webhook_by_events":false})").at("url"), "https://b.test/");
  EXPECT_EQ(row().at("webhookBase64"), true);
  set(R"({"url":"https://c.test/"})", false);
  EXPECT_FALSE(boost::json::parse(host_.kept(1)->json).as_object().contains("headers"))
      << "a native caller replaces them";
}

TEST_F(WebhookV2, WhatIsSwitchedOffAndOnAgainStillHasItsUrlAndAllEvents) {
  set(R"({"webhook":{"enabled":true,"url":"https://a.test/","events":["CALL"]}})");
  const auto off = set(R"({"webhook":{"enabled":false}})");
  EXPECT_EQ(off.at("url"), "https://a.test/");
  EXPECT_EQ(off.at("events"), boost::json::array()) << "as v2 gateways clear them";
  EXPECT_EQ(set(R"({"webhook":{"enabled":false,"url":""}})").at("url"), "") << "it was named";
  set(R"({"webhook":{"enabled":false,"url":"https://a.test/"}})");
  const auto on = set(R"({"webhook":{"enabled":true}})");
  EXPECT_EQ(on.at("url"), "https://a.test/");
  EXPECT_EQ(on.at("events").as_array().size(), 31U);
}

TEST_F(WebhookV2, APartialSetKeepsTheSecretAndTheKeyOfATokenThatNobodyIsShown) {
  set(R"({"url":"https://a.test/","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      "headers":{"jwt_key":"very secret"}})",
      false);
  EXPECT_EQ(set(R"({"webhook":{"enabled":false}})").at("headers").at("jwt_key"), "***");
  const auto settings = boost::json::parse(host_.kept(1)->json);
  EXPECT_EQ(settings.at("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(settings.at("headers").at("jwt_key"), "very secret");
}

TEST_F(WebhookV2, TheWordThatTheN8nNodeSaysForNoUrlIsShownBackAndNeverCalled) {
  set(R"({"webhook":{"enabled":true,"url":"https://a.test/","events":["CALL"]}})");
  for (const bool enabled : {true, false}) {
    const auto answer = set(std::string(R"({"webhook":{"url":"vazio","enabled":)") +
                            (enabled ? "true" : "false") + R"(,"events":[]}})");
    EXPECT_EQ(answer.at("url"), "vazio");
    EXPECT_EQ(answer.at("enabled"), boost::json::value(enabled));
    EXPECT_EQ(answer.at("events").as_array().size(), enabled ? 31U : 0U);
    EXPECT_EQ(row(), answer);
    EXPECT_FALSE(host_.kept(1)->enabled) << "the host has no lane for it";
    EXPECT_EQ(delivered(), COLIBRI_E_UNAVAILABLE) << "no settings";
  }
  EXPECT_THAT(host_.httpCalls(), IsEmpty());
}

TEST_F(WebhookV2, ThatWordGivesWayToAUrl) {
  set(R"({"webhook":{"url":"vazio","enabled":true}})");
  EXPECT_EQ(set(R"({"webhook":{"base64":true}})").at("url"), "vazio");
  EXPECT_EQ(set(R"({"webhook":{"url":"https://a.test/"}})").at("enabled"), true);
  EXPECT_TRUE(host_.kept(1)->enabled);
  EXPECT_EQ(delivered(), COLIBRI_PENDING) << "it is under way";
  host_.answerHttp(host_.httpCalls().at(0).userToken);
}

TEST_F(WebhookV2, NativelyThatWordIsNoUrlAndWhatAV2ClientSaidIsOffWithout) {
  const auto refused = askSet(host_, R"({"url":"vazio"})");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_THAT(refused.body, HasSubstr("webhook.url: must start with http"));
  set(R"({"webhook":{"url":"vazio","enabled":true}})");
  EXPECT_EQ(native().at("url"), "");
  EXPECT_EQ(native().at("enabled"), false);
  EXPECT_FALSE(native().as_object().contains("vazioEnabled"));
}

}  // namespace
}  // namespace colibri::webhook
