#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/http_client.hpp>
#include <colibri/sdk/http_routes.hpp>
#include <colibri/sdk/instance_observer.hpp>
#include <colibri/sdk/kv_store.hpp>
#include <colibri/testing/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace colibri::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Posts each event to the URL in the instance's settings; keeps a count under the key "sent".
class Relay final
    : public sdk::PluginWith<sdk::EventSink, sdk::InstanceObserver, sdk::HttpClient, sdk::KvStore> {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.example.relay", .alias = "relay", .name = "Relay", .version = "1.0.0"};
  using PluginWith::PluginWith;

  void init(std::string_view config) override {
    if (config == "bad") throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, "config is bad");
  }
  void start() override {
    auto s = sdk::sized<colibri_subscription>();
    s.name = sdk::str("events");
    subscription_ = subscribe(s);
  }
  void stop(std::chrono::milliseconds) override {
    if (late_.joinable()) late_.join();
  }
  void onSettings(uint64_t key, std::string_view json) override {
    if (json == "refuse me") throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, "cannot work");
    url_ = json;
    setFilter(subscription_, key, R"({"types":["call"]})");
  }
  void deliver(sdk::EventRef event, sdk::Delivery&& delivery) override {
    if (event.typeName() == "labels.edit") {  // answers on another thread
      late_ = std::thread([d = std::move(delivery)]() mutable { d.reject("not mine"); });
      return;
    }
    auto request = sdk::sized<colibri_http_request>();
    request.method = sdk::str("POST");
    request.url = sdk::str(url_);
    request.instance_key = event->instance_key;
    request.body = event->body;
    httpRequest(request, [d = std::move(delivery)](const colibri_http_answer& a) mutable {
      if (a.status < 0) return d.retry(std::chrono::milliseconds(a.retry_after_ms), sdk::view(a.detail));
      if (a.http_status == 503)
        return d.answer({.outcome = COLIBRI_E_UNAVAILABLE,
                         .why = "busy",
                         .after = std::chrono::milliseconds(a.retry_after_ms),
                         .httpStatus = a.http_status,
                         .response = sdk::view(a.body)});
      a.http_status < 300 ? d.ack() : d.reject("http " + std::to_string(a.http_status));
    });
  }
  std::string url_;
  uint64_t subscription_ = 0;
  std::thread late_;
};

const colibri_descriptor& kRelay = sdk::detail::Adapter<Relay>::kDescriptor;

TEST(FakeHost, CarriesAnEventToTheWebAndTheAnswerBack) {
  FakeHost host(kRelay);
  ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
  ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
  ASSERT_EQ(host.settings(7, "https://a.test/"), COLIBRI_OK);
  EXPECT_EQ(host.filter(1, 7), R"({"types":["call"]})");

  const auto token = host.deliver(makeEvent({.type = "call", .instance = 7, .body = "{}"}));
  EXPECT_FALSE(host.outcome(token)) << "nobody has answered yet";
  ASSERT_THAT(host.unansweredHttp(), SizeIs(1));
  const auto call = host.unansweredHttp().front();
  EXPECT_EQ(call.url, "https://a.test/");
  EXPECT_EQ(call.body, "{}");
  EXPECT_EQ(call.instance, 7u);

  EXPECT_TRUE(host.answerHttp(call.userToken, {.httpStatus = 204}));
  EXPECT_FALSE(host.answerHttp(call.userToken)) << "answered once only";
  ASSERT_TRUE(host.outcome(token));
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_OK);
  EXPECT_THAT(host.violations(), IsEmpty());
}

TEST(FakeHost, KeepsTheReportOfAnAttempt) {
  FakeHost host(kRelay);
  ASSERT_EQ(host.load(), COLIBRI_OK);
  ASSERT_EQ(host.start(), COLIBRI_OK);
  ASSERT_EQ(host.settings(1, "https://a.test/"), COLIBRI_OK);
  const auto token = host.deliver(makeEvent({.type = "call"}));
  host.answerHttp(host.httpCalls().at(0).userToken,
                  {.httpStatus = 503, .body = "try later", .retryAfterMs = 70});
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(host.outcome(token)->detail, "busy");
  EXPECT_EQ(host.outcome(token)->retryAfterMs, 70u);
  EXPECT_EQ(host.outcome(token)->httpStatus, 503u);
  EXPECT_EQ(host.outcome(token)->response, "try later");
}

TEST(FakeHost, TellsWhyADeliveryFailed) {
  FakeHost host(kRelay);
  ASSERT_EQ(host.load(), COLIBRI_OK);
  ASSERT_EQ(host.start(), COLIBRI_OK);
  host.settings(1, "https://a.test/");
  const auto token = host.deliver(makeEvent());
  host.answerHttp(host.httpCalls().at(0).userToken,
                  {.status = COLIBRI_E_TIMEOUT, .detail = "no answer in 30 s"});
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(host.outcome(token)->detail, "no answer in 30 s");
}

TEST(FakeHost, ARefusedRequestIsAnsweredAtOnce) {
  FakeHost host(kRelay);
  ASSERT_EQ(host.load(), COLIBRI_OK);
  ASSERT_EQ(host.start(), COLIBRI_OK);
  host.settings(1, "https://a.test/");
  host.refuseHttp(COLIBRI_E_BUSY);
  const auto token = host.deliver(makeEvent());
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_THAT(host.httpCalls(), IsEmpty());
}

TEST(FakeHost, WaitsForAnAnswerFromAnotherThread) {
  FakeHost host(kRelay);
  ASSERT_EQ(host.load(), COLIBRI_OK);
  ASSERT_EQ(host.start(), COLIBRI_OK);
  const auto token = host.deliver(makeEvent({.type = "labels.edit"}));
  ASSERT_TRUE(host.waitFor([&] { return host.outcome(token).has_value(); }));
  EXPECT_EQ(host.outcome(token)->status, COLIBRI_E_REJECTED);
}

TEST(FakeHost, ARefusalKeepsItsText) {
  FakeHost host(kRelay);
  EXPECT_EQ(host.load("bad"), COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host.error(), "config is bad");
  EXPECT_EQ(host.plugin(), nullptr) << "an object that refuses init is destroyed";

  FakeHost other(kRelay);
  ASSERT_EQ(other.load(), COLIBRI_OK);
  ASSERT_EQ(other.start(), COLIBRI_OK);
  EXPECT_EQ(other.settings(1, "refuse me"), COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(other.error(), "cannot work");
}

TEST(FakeHost, RefusesAPluginWhoseHostExtensionIsMissing) {
  FakeHost host(kRelay, {.without = {COLIBRI_EXT_HTTP_CLIENT}});
  EXPECT_EQ(host.load(), COLIBRI_E_ABI);
  EXPECT_THAT(host.error(), HasSubstr(COLIBRI_EXT_HTTP_CLIENT));
}

TEST(FakeHost, NamesAnAnswerThatNobodyAskedFor) {
  FakeHost host(kRelay);
  ASSERT_EQ(host.load(), COLIBRI_OK);
  ASSERT_EQ(host.start(), COLIBRI_OK);
  const auto& relay = sdk::detail::plugin<Relay>(host.plugin());
  const auto& raw = *relay.host().raw();
  const auto* sink =
      static_cast<const colibri_host_event_sink*>(raw.get_extension(&raw, COLIBRI_EXT_EVENT_SINK));
  sink->done(&raw, 99, COLIBRI_OK, 0, {});
  EXPECT_THAT(host.violations(), ElementsAre(HasSubstr("its token is unknown")));
  host.stop();
  relay.host().log(COLIBRI_LOG_INFO, "still here");
  EXPECT_THAT(host.violations(), ElementsAre(::testing::_, HasSubstr("after stop() had returned")));
}

TEST(FakeHost, AnEventLivesAsLongAsItIsRetained) {
  auto event = makeEvent({.body = "[1]"});
  std::optional<sdk::EventRef> kept{event.get()};
  event.reset();
  EXPECT_EQ(kept->json(), "[1]");
}

TEST(Builders, NumberTheWireNamesAsTheHeaderDoes) {
  EXPECT_EQ(eventType("application.startup"), COLIBRI_EVENT_APPLICATION_STARTUP);
  EXPECT_EQ(eventType("presence.update"), COLIBRI_EVENT_PRESENCE_UPDATE);
  EXPECT_EQ(eventType("call"), COLIBRI_EVENT_CALL);
  EXPECT_EQ(eventType("messaging-history.set"), COLIBRI_EVENT_MESSAGING_HISTORY_SET);
  EXPECT_EQ(eventType("no.such"), COLIBRI_EVENT_UNKNOWN);
}

TEST(FakeStore, ForgetsAnEntryWhenItsTimeIsOver) {
  FakeStore store;
  store.commit(1, {}, {{"key", "value", COLIBRI_KV_F_SECRET, 10}}, 0);
  EXPECT_EQ(store.get(1, "key", 9'999'999), "value");
  EXPECT_TRUE(store.secret(1, "key"));
  EXPECT_EQ(store.get(1, "key", 10'000'000), std::nullopt);
}

TEST(FakeStore, AppendsARepeatOnce) {
  FakeStore store;
  const Draft draft{
      .flags = COLIBRI_EVENT_F_DURABLE, .typeName = "call", .chat = {}, .dedupeKey = "a", .body = "1"};
  EXPECT_EQ(store.commit(1, {draft}, {}, 0), 1u);
  EXPECT_EQ(store.commit(1, {draft}, {}, 0), 0u);
  EXPECT_EQ(store.commit(2, {draft}, {}, 0), 1u) << "keys are per instance";
  EXPECT_THAT(store.log(1), SizeIs(1));
  store.purge(1);
  EXPECT_EQ(store.commit(1, {draft}, {}, 0), 1u);
}

/// Greets, by two routes.
class Greeter final : public sdk::PluginWith<sdk::HttpRoutes> {
 public:
  static constexpr sdk::Info kInfo{
      .id = "org.example.greeter", .alias = "greeter", .name = "Greeter", .version = "1.0.0"};
  static constexpr std::string_view kRoutes = R"({
    "greeter.hello": {"summary": "Greets", "route": "GET greeter/hello", "key": "instance",
      "query": {"to": {"type": "string"}}},
    "greeter.all": {"summary": "Forgets all", "route": "DELETE greeter/all", "key": "global"}})";
  using PluginWith::PluginWith;

  void onRequest(sdk::RouteCall&& call) override {
    if (call.row() == "greeter.all") throw sdk::Error(COLIBRI_E_FORBIDDEN, "never");
    if (call.query("to").empty()) return call.fail(400, "to is required");
    if (call.query("to") == "nobody") return;
    call.answer(200, call.v2() ? R"({"hello":true})" : "\"hello\"");
  }
};

const colibri_descriptor& kGreeter = sdk::detail::Adapter<Greeter>::kDescriptor;

TEST(FakeHost, AsksAPluginsRoutesAndKeepsTheAnswers) {
  FakeHost host(kGreeter);
  ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
  ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
  EXPECT_EQ(host.reply(host.request({.row = "greeter.hello", .query = {{"to", "ana"}}}))->body, "\"hello\"");
  EXPECT_EQ(host.reply(host.request({.row = "greeter.hello", .v2 = true, .query = {{"to", "ana"}}}))->body,
            R"({"hello":true})");
  const auto bad = host.reply(host.request({.row = "greeter.hello"}));
  EXPECT_EQ(bad->status, 400U);
  EXPECT_EQ(bad->body, R"(["to is required"])");
  EXPECT_EQ(host.reply(host.request({.row = "greeter.hello", .query = {{"to", "nobody"}}}))->status, 500U)
      << "dropped";
  const auto refused = host.reply(host.request({.row = "greeter.all", .instance = 0}));
  EXPECT_EQ(refused->refusal, COLIBRI_E_FORBIDDEN);
  EXPECT_EQ(refused->body, "never");
  EXPECT_THAT(host.violations(), IsEmpty());
}

}  // namespace
}  // namespace colibri::testing
