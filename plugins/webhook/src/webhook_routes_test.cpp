#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <colibri/testing/fake_host.hpp>

#include "event_settings/testing_ask.hpp"
#include "signature.hpp"
#include "webhook_plugin.hpp"

namespace colibri::webhook {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::makeEvent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class WebhookRoutes : public ::testing::Test {
 protected:
  explicit WebhookRoutes(const std::string& config = "{}") {
    EXPECT_EQ(host_.load(config), COLIBRI_OK) << host_.error();
    EXPECT_EQ(host_.start(), COLIBRI_OK) << host_.error();
  }
  ~WebhookRoutes() override { EXPECT_THAT(host_.violations(), IsEmpty()); }

  colibri::testing::RouteReply set(std::string body, bool v2 = false) {
    return event_settings::askSet(host_, std::move(body), v2);
  }
  boost::json::value find(bool v2 = false) {
    const auto reply = event_settings::askFind(host_, v2);
    EXPECT_EQ(reply.status, 200U) << reply.body;
    return boost::json::parse(reply.body);
  }
  boost::json::value kept() const { return boost::json::parse(host_.kept(1)->json); }

  FakeHost host_{sdk::detail::Adapter<WebhookPlugin>::kDescriptor};
};

TEST_F(WebhookRoutes, WithoutSettingsFindsNothing) {
  EXPECT_EQ(find(), boost::json::parse(R"({"instance":"shop","webhook":null})"));
  EXPECT_EQ(find(true), boost::json::value(nullptr));
}

TEST_F(WebhookRoutes, WhatIsSetIsInForceAtOnceAndFound) {
  const auto reply = set(R"({"webhook":{"url":"https://a.test/","events":["CALL"]}})");
  EXPECT_EQ(reply.status, 201U) << reply.body;
  EXPECT_EQ(boost::json::parse(reply.body), find());
  host_.deliver(makeEvent({.type = "call"}));
  EXPECT_EQ(host_.httpCalls().at(0).url, "https://a.test/");
  EXPECT_EQ(host_.filter(1, 1), R"({"types":["call"]})");
  host_.answerHttp(host_.httpCalls().at(0).userToken);
}

TEST_F(WebhookRoutes, EverySpellingMeansTheSame) {
  const auto expected = boost::json::parse(
      R"({"url":"https://a.test/","byEvents":true,"base64":false,"events":["GROUPS_UPDATE"]})");
  for (
      const auto* body :
      {R"({"webhook":{"url":"https://a.test/","byEvents":true,"base64":false,"events":["GROUPS_UPDATE"]}})",
       R"({"url":"https://a.test/","byEvents":true,"base64":false,"events":["GROUPS_UPDATE"]})",
       R"({"webhook":{"url":"https://a.test/","webhookByEvents":true,"webhookBase64":false,"events":["GROUPS_UPDATE"]}})",
       R"({"url":"https://a.test/","webhook_by_events":true,"webhook_base64":false,"events":["GROUPS_UPDATE"]})"})
    for (const bool v2 : {false, true}) {
      EXPECT_EQ(set(body, v2).status, 201U) << body;
      EXPECT_EQ(kept(), expected) << body;
    }
}

TEST_F(WebhookRoutes, V2ShowsTheRowOfV2Gateways) {
  set(R"({"webhook":{"url":"https://a.test/","headers":{"x":"y"},"events":["CALL"],"byEvents":true,"base64":false}})",
      true);
  EXPECT_EQ(find(true), boost::json::parse(R"({"id":"00000000-0000-4000-8000-000000000001",
      "url":"https://a.test/","headers":{"x":"y"},"enabled":true,"events":["CALL"],"webhookByEvents":true,
      "webhookBase64":false,"createdAt":"2023-11-14T22:13:20.000Z","updatedAt":"2023-11-14T22:13:20.000Z",
      "instanceId":"00000000-0000-4000-8000-000000000001"})"));
}

TEST_F(WebhookRoutes, DisabledSettingsAreShownAndNotInForce) {
  set(R"({"url":"https://a.test/","events":["CALL"]})");
  EXPECT_EQ(set(R"({"webhook":{"enabled":false,"url":"","events":["CALL"]}})", true).status, 201U);
  const auto row = find(true);
  EXPECT_EQ(row.at("enabled"), boost::json::value(false));
  EXPECT_EQ(row.at("url"), "");
  EXPECT_EQ(row.at("events"), boost::json::array()) << "as v2 gateways clear them";
  EXPECT_FALSE(host_.kept(1)->enabled);
  const auto token = host_.deliver(makeEvent({.type = "call"}));
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_UNAVAILABLE) << "no settings";
}

TEST_F(WebhookRoutes, TheSecretIsKeptUnlessItIsNamedAndNeverShown) {
  const std::string secret = kSecret;
  set(R"({"url":"https://a.test/","secret":")" + secret + "\"}");
  EXPECT_EQ(find().at("webhook").at("hasSecret"), boost::json::value(true));
  set(R"({"url":"https://b.test/"})");
  EXPECT_EQ(kept().at("secret"), boost::json::value(secret));
  for (const bool v2 : {false, true})
    EXPECT_EQ(boost::json::serialize(find(v2)).find(secret), std::string::npos);
  set(R"({"url":"https://b.test/","secret":null})");
  EXPECT_FALSE(kept().as_object().contains("secret"));
  EXPECT_EQ(find().at("webhook").at("hasSecret"), boost::json::value(false));
}

TEST_F(WebhookRoutes, AChangedSecretLeavesTheOldOneInForceForADay) {
  const std::string old = kSecret, fresh = "whsec_" + std::string(32, 'A');
  set(R"({"url":"https://a.test/","secret":")" + old + "\"}");
  EXPECT_FALSE(kept().as_object().contains("previousSecret"));
  const auto reply = set(R"({"url":"https://a.test/","secret":")" + fresh + "\"}");
  EXPECT_EQ(kept().at("previousSecret"), boost::json::value(old));
  EXPECT_EQ(find().at("webhook").at("previousSecretUntil"), 1'700'000'000 + 86'400);
  EXPECT_EQ(reply.body.find("whsec_"), std::string::npos) << "never shown";
  host_.deliver(makeEvent());
  EXPECT_THAT(host_.httpCalls().at(0).header("webhook-signature").value_or(""), HasSubstr(" v1,"));
  host_.advance(std::chrono::hours(25));
  host_.deliver(makeEvent({.chat = "other"}));
  EXPECT_EQ(host_.httpCalls().at(1).header("webhook-signature").value_or(" ").find(' '),
            std::string::npos);
  set(R"({"url":"https://b.test/"})");
  EXPECT_EQ(kept().at("previousSecret"), boost::json::value(old)) << "kept as it is";
  set(R"({"url":"https://b.test/","previousSecret":null})");
  EXPECT_FALSE(kept().as_object().contains("previousSecret"));
  EXPECT_FALSE(kept().as_object().contains("previousSecretUntil"));
}

TEST_F(WebhookRoutes, TheKeyOfATokenIsMaskedAndKeptByWhoSendsTheMaskBack) {
  set(R"({"url":"https://a.test/","headers":{"jwt_key":"very secret","x":"y"}})");
  for (const bool v2 : {false, true}) {
    const auto shown = find(v2);
    const auto& headers = (v2 ? shown : shown.at("webhook")).at("headers");
    EXPECT_EQ(headers, boost::json::parse(R"({"jwt_key":"***","x":"y"})"));
  }
  set(R"({"url":"https://b.test/","headers":{"jwt_key":"***","x":"z"}})");
  EXPECT_EQ(kept().at("headers"), boost::json::parse(R"({"jwt_key":"very secret","x":"z"})"));
  set(R"({"url":"https://b.test/","headers":{}})");
  set(R"({"url":"https://b.test/","headers":{"jwt_key":"***"}})");
  EXPECT_EQ(kept().at("headers"), boost::json::object()) << "there is none to keep";
}

class WebhookSigners : public WebhookRoutes {
 protected:
  WebhookSigners() : WebhookRoutes(R"({"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})") {}
};

TEST_F(WebhookSigners, ADerivedSecretIsShownToItsOwner) {
  const auto reply = set(R"({"url":"https://a.test/","derivedSecret":true})");
  const auto shown = boost::json::parse(reply.body).at("webhook").as_object();
  EXPECT_EQ(boost::json::value(shown), find().at("webhook"));
  EXPECT_EQ(std::string(shown.at("signingSecret").as_string()),
            SigningKey::parse("secret", kSecret)
                .derivedFor("00000000-0000-4000-8000-000000000001")
                .sharedSecret());
  EXPECT_FALSE(shown.contains("warning"));
  EXPECT_FALSE(shown.contains("derivedSecret"));
  EXPECT_EQ(reply.body.find(kSecret), std::string::npos) << "never the operator's";
}

TEST_F(WebhookSigners, SettingsThatAreSignedWithTheOperatorsSecretSayThatAndWhatToDo) {
  set(R"({"url":"https://a.test/"})");
  const auto shown = find().at("webhook").as_object();
  EXPECT_THAT(std::string(shown.at("warning").as_string()), HasSubstr("webhook/set"));
  EXPECT_FALSE(shown.contains("signingSecret"));
  set(R"({"url":"https://a.test/","secret":"whsec_)" + std::string(32, 'A') + "\"}");
  EXPECT_FALSE(find().at("webhook").as_object().contains("warning"));
}

TEST_F(WebhookRoutes, AnEd25519KeyIsShownAsItsPublicKey) {
  set(R"({"url":"https://a.test/","secret":"whsk_)" + std::string(43, 'A') + "=\"}");
  const auto webhook = find().at("webhook").as_object();
  EXPECT_TRUE(std::string(webhook.at("publicKey").as_string()).starts_with("whpk_"));
  EXPECT_FALSE(webhook.contains("secret"));
}

TEST_F(WebhookRoutes, WhatCannotWorkIsRefusedWithASentenceAndChangesNothing) {
  set(R"({"url":"https://a.test/"})");
  const auto before = kept();
  for (const auto& [body, why] :
       {std::pair{R"({"events":["CALL"]})", "webhook.url: is missing"},
        {R"({"url":""})", "webhook.url: is missing"},
        {R"({"url":"ftp://a.test"})", "http"},
        {R"({"url":"https://a.test/","events":["NOPE"]})", "webhook.events"},
        {R"({"url":"https://a.test/","base64":1})", "webhook.base64"},
        {R"({"url":"https://a.test/","byEvents":"yes"})", "webhook.byEvents"},
        {R"({"webhook":{"url":"https://a.test/","colour":1}})", "webhook.colour: unknown key"}}) {
    const auto reply = set(body);
    EXPECT_EQ(reply.status, 400U) << body;
    EXPECT_THAT(reply.body, HasSubstr(why)) << body;
  }
  EXPECT_EQ(kept(), before);
}

TEST_F(WebhookRoutes, AStoreThatFailsIs503AndAnUnknownOutcome504) {
  host_.failCommits(COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(set(R"({"url":"https://a.test/"})").status, 503U);
  host_.failCommits(COLIBRI_E_TIMEOUT);
  EXPECT_EQ(set(R"({"url":"https://a.test/"})").status, 504U);
  EXPECT_FALSE(host_.kept(1));
}

}  // namespace
}  // namespace colibri::webhook
