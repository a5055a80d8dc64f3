#include "webhook_plugin.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <colibri/testing/fake_host.hpp>

#include "signature.hpp"

namespace colibri::webhook {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::HttpReply;
using colibri::testing::makeEvent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr auto kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

SigningKeys keysOf(std::string_view secret) {
  return {.current = SigningKey::parse("secret", secret)};
}

class WebhookPluginTest : public ::testing::Test {
 protected:
  void begin(const std::string& config = R"({"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})") {
    ASSERT_EQ(host_.load(config), COLIBRI_OK) << host_.error();
    ASSERT_EQ(host_.start(), COLIBRI_OK) << host_.error();
    ASSERT_EQ(host_.settings(1, R"({"url":"https://sink.test/hook","headers":{"X-Tenant":"a"}})"),
              COLIBRI_OK);
  }
  /// The outcome of one delivery answered by `reply`.
  colibri::testing::Outcome delivered(HttpReply reply, std::uint32_t attempt = 1) {
    const auto token = host_.deliver(makeEvent(), attempt);
    EXPECT_TRUE(host_.answerHttp(host_.httpCalls().back().userToken, std::move(reply)));
    host_.pump();
    return host_.outcome(token).value_or(
        colibri::testing::Outcome{.status = COLIBRI_PENDING, .detail = "none"});
  }
  ~WebhookPluginTest() override { EXPECT_THAT(host_.violations(), IsEmpty()); }

  FakeHost host_{sdk::detail::Adapter<WebhookPlugin>::kDescriptor};
};

TEST_F(WebhookPluginTest, SubscribesToThe31EventsWithRoomForTheClientsQueue) {
  begin();
  const auto subscriptions = host_.subscriptions();
  ASSERT_EQ(subscriptions.size(), 1U);
  EXPECT_EQ(boost::json::parse(subscriptions[0].filter).at("types").as_array().size(), 34U);
  EXPECT_EQ(subscriptions[0].flags, 0U) << "lanes without settings are off";
  EXPECT_EQ(subscriptions[0].maxInFlightPerInstance, 8U);
  EXPECT_EQ(subscriptions[0].ackTimeoutMs, 185'000U);
}

TEST_F(WebhookPluginTest, PassesTheInstancesKeyOnIfTheHostGivesIt) {
  begin();
  host_.deliver(makeEvent({.apiKey = "INST-TOKEN"}));
  EXPECT_TRUE(host_.httpCalls().at(0).body.ends_with(R"("apikey":"INST-TOKEN"})"));
}

TEST_F(WebhookPluginTest, PostsTheSignedEnvelope) {
  begin();
  const auto token =
      host_.deliver(makeEvent({.body = R"({"n" : 1.0})", .sequence = 42, .id = "01JEVENT"}));
  ASSERT_EQ(host_.httpCalls().size(), 1U);
  const auto call = host_.httpCalls()[0];
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "https://sink.test/hook");
  EXPECT_EQ(call.flags, std::uint32_t{COLIBRI_HTTP_F_ALLOW_LISTED});
  EXPECT_EQ(call.instance, 1U);
  EXPECT_EQ(call.timeoutMs, 30'000U);
  EXPECT_EQ(
      call.body,
      R"({"event":"messages.upsert","instance":"shop","data":{"n" : 1.0},"destination":"https://sink.test/hook",)"
      R"("date_time":"2023-11-14T22:13:20.100Z","sender":"5511999990001@s.whatsapp.net",)"
      R"("server_url":"https://gateway.test","apikey":null})");
  EXPECT_EQ(call.header("content-type"), "application/json");
  EXPECT_EQ(call.header("x-tenant"), "a");
  EXPECT_EQ(call.header("webhook-id"), "01JEVENT");
  EXPECT_EQ(call.header("webhook-timestamp"), "1700000000");
  EXPECT_EQ(call.header("webhook-signature"),
            signatures(keysOf(kSecret), "01JEVENT", 1'700'000'000, call.body));
  EXPECT_EQ(call.header("x-colibri-sequence"), "42");
  EXPECT_THAT(call.header("user-agent").value_or(""), HasSubstr("Colibri-Webhook/"));
  EXPECT_FALSE(host_.outcome(token));
  host_.answerHttp(call.userToken, {.httpStatus = 204});
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_OK);
}

TEST_F(WebhookPluginTest, ByEventsPostsToThePathOfTheEventAndKeepsTheDestination) {
  begin();
  ASSERT_EQ(host_.settings(1, R"({"url":"https://sink.test/hook","byEvents":true})"), COLIBRI_OK);
  host_.deliver(makeEvent());
  const auto call = host_.httpCalls().at(0);
  EXPECT_EQ(call.url, "https://sink.test/hook/messages-upsert");
  EXPECT_THAT(call.body, HasSubstr(R"("destination":"https://sink.test/hook",)"));
}

TEST_F(WebhookPluginTest, EveryAttemptHasTheSameIdAndBodyAndItsOwnTime) {
  begin();
  EXPECT_EQ(delivered({.httpStatus = 503}).status, COLIBRI_E_UNAVAILABLE);
  host_.advance(30s);
  EXPECT_EQ(delivered({.httpStatus = 200}, 2).status, COLIBRI_OK);
  const auto calls = host_.httpCalls();
  EXPECT_EQ(calls[0].header("webhook-id"), calls[1].header("webhook-id"));
  EXPECT_EQ(calls[0].body, calls[1].body);
  EXPECT_EQ(calls[1].header("webhook-timestamp"), "1700000030");
  EXPECT_NE(calls[0].header("webhook-signature"), calls[1].header("webhook-signature"));
}

TEST_F(WebhookPluginTest, ATenantsEventDoesNotVerifyAtAnotherTenantsReceiver) {
  begin();
  const auto lines = host_.logs().size();
  constexpr auto kSettings = R"({"url":"https://sink.test/","derivedSecret":true})";
  ASSERT_EQ(host_.settings(1, kSettings), COLIBRI_OK);
  ASSERT_EQ(host_.settings(2, kSettings), COLIBRI_OK);
  const std::string first = "0a1b2c3d-0000-4000-8000-000000000001",
                    second = "0a1b2c3d-0000-4000-8000-000000000002";
  const auto deliverFor = [&](std::uint64_t instance, const std::string& id) {
    host_.deliver(makeEvent({.instance = instance, .instanceId = id}));
    return host_.httpCalls().back();
  };
  const auto signedBy = [](const SigningKeys& keys, const colibri::testing::HttpCall& call) {
    return signatures(keys, call.header("webhook-id").value_or(""), 1'700'000'000, call.body) ==
           call.header("webhook-signature");
  };
  const auto operators = keysOf(kSecret);
  const auto a = deliverFor(1, first), b = deliverFor(2, second), again = deliverFor(1, first);
  EXPECT_TRUE(signedBy(operators.derivedFor(first), a));
  EXPECT_TRUE(signedBy(operators.derivedFor(first), again)) << "the same for every event";
  EXPECT_TRUE(signedBy(operators.derivedFor(second), b));
  EXPECT_FALSE(signedBy(operators.derivedFor(first), b));
  EXPECT_FALSE(signedBy(operators, a));
  EXPECT_EQ(host_.logs().size(), lines) << "nothing to warn of";
}

TEST_F(WebhookPluginTest, WhoseSettingsAreOlderKeepsTheOperatorsSecretAndIsWarnedOf) {
  begin();
  host_.state({.state = COLIBRI_INSTANCE_CLOSED, .instance = 7, .instanceName = "old shop"});
  ASSERT_EQ(host_.settings(7, R"({"url":"https://sink.test/hook"})"), COLIBRI_OK);
  host_.deliver(makeEvent({.instance = 7}), 1, 1);
  const auto call = host_.httpCalls().at(0);
  EXPECT_EQ(call.header("webhook-signature"),
            signatures(keysOf(kSecret), call.header("webhook-id").value_or(""), 1'700'000'000,
                       call.body));
  const auto logs = host_.logs();
  ASSERT_FALSE(logs.empty());
  EXPECT_THAT(logs.back().message, HasSubstr("webhook/set gives it one of its own"));
  EXPECT_EQ(logs.back().fields.at("instance"), "old shop");
}

TEST_F(WebhookPluginTest, AnInstancesOwnSecretAndHeadersReplaceOurs) {
  begin();
  const std::string own = "whsec_" + std::string(32, 'A');
  ASSERT_EQ(host_.settings(1, R"({"url":"https://sink.test/","secret":")" + own + R"(","headers":{
      "user-agent":"mine","content-type":"application/vnd.x+json","authorization":"Basic x","jwt_key":"k"}})"),
            COLIBRI_OK);
  host_.deliver(makeEvent({.sequence = 0}));
  const auto call = host_.httpCalls().at(0);
  EXPECT_EQ(call.header("user-agent"), "mine");
  EXPECT_EQ(call.header("content-type"), "application/vnd.x+json");
  EXPECT_EQ(call.header("authorization"), "Bearer " + bearerToken("k", 1'700'000'000));
  EXPECT_FALSE(call.header("jwt_key")) << "a key is not for the receiver";
  EXPECT_FALSE(call.header("x-colibri-sequence")) << "an ephemeral event has none";
  EXPECT_EQ(call.header("webhook-signature"),
            signatures(keysOf(own), makeEvent()->event_id.data, 1'700'000'000, call.body));
}

TEST_F(WebhookPluginTest, AGlobalWebhookGetsEveryInstancesEventsBesidesTheirs) {
  begin(
      R"({"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "global":{"enabled":true,"url":"https://all.test/x","events":{"CALL":true}}})");
  const auto subscriptions = host_.subscriptions();
  ASSERT_EQ(subscriptions.size(), 2U);
  EXPECT_EQ(subscriptions[0].name, "global");
  EXPECT_EQ(subscriptions[0].flags, std::uint32_t{COLIBRI_SUB_F_ALL_INSTANCES});
  EXPECT_EQ(subscriptions[0].filter, R"({"types":["call"]})");
  host_.deliver(makeEvent({.type = "call"}), 1, 1);
  host_.deliver(makeEvent({.type = "call"}), 1, 2);
  const auto calls = host_.httpCalls();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].url, "https://all.test/x");
  EXPECT_THAT(calls[0].body, HasSubstr(R"("destination":"https://all.test/x")"));
  EXPECT_FALSE(calls[0].header("x-tenant")) << "an instance's headers are its own webhook's";
  EXPECT_TRUE(calls[0].header("webhook-signature"));
  EXPECT_EQ(calls[1].url, "https://sink.test/hook");
}

TEST_F(WebhookPluginTest, WithoutAnySecretItWarnsAndSendsUnsigned) {
  begin("{}");
  ASSERT_EQ(host_.logs().size(), 1U);
  EXPECT_EQ(host_.logs()[0].level, COLIBRI_LOG_WARN);
  host_.deliver(makeEvent());
  EXPECT_FALSE(host_.httpCalls().at(0).header("webhook-signature"));
  EXPECT_TRUE(host_.httpCalls().at(0).header("webhook-id"));
}

TEST_F(WebhookPluginTest, ReportsWhatTheEndpointSaid) {
  begin();
  const auto rejected = delivered({.httpStatus = 422, .body = R"({"error":"no such order"})"});
  EXPECT_EQ(rejected.httpStatus, 422U);
  EXPECT_EQ(rejected.response, R"({"error":"no such order"})");
  EXPECT_EQ(delivered({.httpStatus = 200, .body = "thanks"}).response, "thanks");
  const auto denied = delivered({.status = COLIBRI_E_FORBIDDEN, .detail = "a loopback address"});
  EXPECT_EQ(denied.httpStatus, 0U);
  EXPECT_EQ(denied.response, "");
}

TEST_F(WebhookPluginTest, PassesTheEndpointsAnswerOnAsAnOutcome) {
  begin();
  EXPECT_EQ(delivered({.httpStatus = 410}).status, COLIBRI_E_GONE);
  EXPECT_EQ(delivered({.httpStatus = 400}).status, COLIBRI_E_REJECTED);
  EXPECT_EQ(delivered({.httpStatus = 301}).status, COLIBRI_E_UNAVAILABLE);
  const auto limited = delivered({.httpStatus = 429, .retryAfterMs = 7000});
  EXPECT_EQ(limited.status, COLIBRI_E_RATE_LIMITED);
  EXPECT_EQ(limited.retryAfterMs, 7000U);
  const auto refused =
      delivered({.status = COLIBRI_E_FORBIDDEN, .detail = "sink.test:443 is a loopback address"});
  EXPECT_EQ(refused.status, COLIBRI_E_FORBIDDEN);
  EXPECT_THAT(refused.detail, HasSubstr("refused by policy"));
}

TEST_F(WebhookPluginTest, WaitingForAConnectionIsNoFailureOfTheLane) {
  begin();
  EXPECT_EQ(delivered({.status = COLIBRI_E_BUSY}).status, COLIBRI_E_CANCELLED);
  host_.refuseHttp(COLIBRI_E_BUSY);
  EXPECT_EQ(host_.outcome(host_.deliver(makeEvent()))->status, COLIBRI_E_CANCELLED);
}

TEST_F(WebhookPluginTest, ARequestTheHostDoesNotTakeIsALaneFailure) {
  begin();
  host_.refuseHttp(COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host_.outcome(host_.deliver(makeEvent()))->status, COLIBRI_E_UNAVAILABLE);
}

TEST_F(WebhookPluginTest, SettingsSetTheLanesFilter) {
  begin();
  EXPECT_EQ(host_.filter(1, 1), "") << "all: the subscription's";
  ASSERT_EQ(host_.settings(
                1, R"({"url":"https://sink.test","events":["QRCODE_UPDATED","GROUPS_UPDATE"]})"),
            COLIBRI_OK);
  EXPECT_EQ(host_.filter(1, 1), R"({"types":["qrcode.updated","groups.update"]})");
}

TEST_F(WebhookPluginTest, SettingsThatComeBeforeStartSetTheirFilterAtStart) {
  ASSERT_EQ(host_.load("{}"), COLIBRI_OK) << host_.error();
  ASSERT_EQ(host_.settings(7, R"({"url":"https://sink.test","events":["CALL"]})"), COLIBRI_OK);
  ASSERT_EQ(host_.start(), COLIBRI_OK) << host_.error();
  EXPECT_EQ(host_.filter(1, 7), R"({"types":["call"]})");
}

TEST_F(WebhookPluginTest, RefusedSettingsLeaveTheOldOnesInForce) {
  begin();
  EXPECT_EQ(host_.settings(1, R"({"url":"https://other.test/","headers":{"Host":"x"}})"),
            COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host_.error(), "headers.Host: cannot be set");
  host_.deliver(makeEvent());
  EXPECT_EQ(host_.httpCalls().at(0).url, "https://sink.test/hook");
}

TEST_F(WebhookPluginTest, WithoutSettingsOrAfterDeleteNothingIsSent) {
  begin();
  for (const auto* off : {"", R"({"enabled":false})"}) {
    ASSERT_EQ(host_.settings(1, R"({"url":"https://sink.test/hook"})"), COLIBRI_OK);
    ASSERT_EQ(host_.settings(1, off), COLIBRI_OK);
    EXPECT_EQ(host_.outcome(host_.deliver(makeEvent()))->status, COLIBRI_E_UNAVAILABLE);
  }
  ASSERT_EQ(host_.settings(1, R"({"url":"https://sink.test/hook"})"), COLIBRI_OK);
  host_.state({.state = COLIBRI_INSTANCE_DELETED});
  EXPECT_EQ(host_.outcome(host_.deliver(makeEvent()))->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_THAT(host_.httpCalls(), IsEmpty());
}

TEST_F(WebhookPluginTest, ExpiredEventsAreAcknowledgedAndCounted) {
  begin();
  const auto token =
      host_.deliver(makeEvent({.type = "qrcode.updated", .expiresAtUs = host_.nowUs() - 1}));
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_OK);
  EXPECT_THAT(host_.httpCalls(), IsEmpty());
  host_.stop();
  EXPECT_EQ(host_.logs().back().message, "expired events were skipped");
  EXPECT_EQ(host_.logs().back().fields.at("count"), "1");
}

TEST_F(WebhookPluginTest, RevokeCancelsTheRequestAndItsLateAnswerCountsForNothing) {
  begin();
  const auto token = host_.deliver(makeEvent());
  host_.revoke(token);
  const auto call = host_.httpCalls().at(0);
  EXPECT_TRUE(call.cancelled);
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_CANCELLED);
  host_.pump();
  host_.answerHttp(call.userToken, {.httpStatus = 200});
  host_.revoke(token);
  host_.revoke(4711);
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_CANCELLED);
}

TEST_F(WebhookPluginTest, StopReturnsEverythingAtOnce) {
  begin();
  const auto first = host_.deliver(makeEvent());
  const auto second = host_.deliver(makeEvent({.chat = "other"}));
  ASSERT_EQ(host_.stop(), COLIBRI_OK);
  for (const auto token : {first, second})
    EXPECT_EQ(host_.outcome(token)->status, COLIBRI_E_SHUTTING_DOWN);
  for (const auto& call : host_.httpCalls()) EXPECT_TRUE(call.cancelled);
}

TEST_F(WebhookPluginTest, GivesAnEventUpOnlyWhereTheOperatorSaysSo) {
  begin(R"({"retry":{"max_attempts":2,"initial_delay_seconds":5,"jitter_factor":0}})");
  const auto first = delivered({.httpStatus = 500}, 1);
  EXPECT_EQ(first.status, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(first.retryAfterMs, 5000U);
  EXPECT_EQ(delivered({.httpStatus = 500}, 2).status, COLIBRI_E_REJECTED);
  EXPECT_EQ(host_.outcome(host_.deliver(makeEvent(), 3))->status, COLIBRI_E_REJECTED);
  EXPECT_EQ(host_.httpCalls().size(), 2U) << "what was given up is not sent again";
}

TEST_F(WebhookPluginTest, ABadConfigurationDoesNotLoad) {
  EXPECT_EQ(host_.load(R"({"secret":"x"})"), COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_THAT(host_.error(), HasSubstr("secret: must be whsec_"));
}

TEST_F(WebhookPluginTest, NoSecretReachesTheLog) {
  begin();
  host_.settings(1,
                 R"({"url":"https://sink.test/hook?key=hunter2","headers":{"X-Key":"hunter2"}})");
  host_.settings(1, R"({"url":"https://sink.test/","headers":{"X-Key":"hunter2\n"}})");
  delivered({.httpStatus = 500, .body = "hunter2"});
  delivered({.status = COLIBRI_E_UNAVAILABLE, .detail = "cannot connect to sink.test:443"});
  host_.stop();
  for (const auto& line : host_.logs()) {
    EXPECT_THAT(line.message, ::testing::Not(HasSubstr("hunter2")));
    for (const auto& [key, value] : line.fields)
      EXPECT_THAT(value, ::testing::Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace colibri::webhook
