#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <future>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/api.hpp"
#include "api/deliveries_controller.hpp"
#include "api/gateway_services.hpp"
#include "api/instances_controller.hpp"
#include "api/link_controller.hpp"
#include "api/settings_controller.hpp"
#include "api/switched_off.hpp"
#include "delivery/deliveries.hpp"
#include "http/target.hpp"
#include "instances/testing/world.hpp"

namespace colibri::api::testing {

/// A sink that does not run where its settings have `absent`, one that takes anything, one as those
/// that v2 clients know, and two connectors: of which `cloud` has a use of its own for the key.
class FakePlugins final : public PluginSettings {
 public:
  FakePlugins() {
    add("webhook", R"({"type":"object","additionalProperties":false,"properties":{
        "enabled":{"type":"boolean"},"url":{"type":"string"},"byEvents":{"type":"boolean"},
        "base64":{"type":"boolean"},"events":{"type":"array"},"absent":{}},
        "x-colibri-v2":{"flat":"url"}})");
    add("audit", R"({"type":"object"})");
    add("sink", R"({"type":"object","additionalProperties":false,"properties":{
        "enabled":{"type":"boolean","default":true},"url":{"type":"string","format":"uri-http"},
        "events":{"type":"array","default":[]},"saidEnabled":{"type":"boolean"}},
        "x-colibri-v2":{"allEvents":"events","created":{"sinkUrl":"url","on":"enabled"},
          "nothing":{"member":"url","word":"none","said":"saidEnabled"},
          "row":{"name":"Sink","members":{"enabled":"enabled","events":"events"}}}})");
    add("fake", R"({"type":"object","x-colibri-create":{"qrcode":true}})");
    add("cloud", R"({"type":"object","additionalProperties":false,
        "required":["accessToken","phone"],"properties":{
        "accessToken":{"type":"string","minLength":20,"x-colibri-secret":true},
        "phone":{"type":"string"},"business":{"type":"string"}},
        "x-colibri-create":{"claims":{"token":"accessToken","number":"phone",
          "businessId":"business"}}})");
  }
  const shapes::Schemas& schemas() const override { return schemas_; }
  const std::map<std::string, std::string, std::less<>>& integrations() const override {
    return integrations_;
  }
  Result<void> check(const std::string& alias, const std::string& json) const override {
    if (json.find("\"absent\"") == json.npos) return {};
    return Error{Errc::unavailable, alias + " is away"};
  }

 private:
  void add(const char* alias, const char* schema) {
    auto parsed = config::SettingsSchema::parse(schema);
    EXPECT_TRUE(parsed) << alias << ": " << parsed.error().message;
    if (parsed) schemas_.emplace(alias, std::move(*parsed));
  }
  shapes::Schemas schemas_;
  const std::map<std::string, std::string, std::less<>> integrations_{{"WHATSAPP-BAILEYS", "fake"},
                                                                      {"CLOUD", "cloud"}};
};

/// A plugin that says which instance it was asked about.
class FakePluginRoutes final : public PluginRoutes {
 public:
  static constexpr std::size_t kBodyLimit = 100;
  std::span<const Route> routes() const noexcept override { return rows_; }
  std::size_t bodyLimit(std::size_t) const noexcept override { return kBodyLimit; }
  void serve(std::size_t route, PluginCall call, Reply reply) override {
    const auto* name = call.instance ? call.instance->row.name.c_str() : "";
    boost::json::object params;
    for (const auto& [param, value] : call.params) params[param] = value;
    auto answer =
        ok({{"route", route}, {"instance", name}, {"v2", call.v2}, {"params", std::move(params)}});
    last = std::move(call);
    if (holds) return held.push_back(std::move(reply));
    reply(std::move(answer));
  }
  PluginCall last;  ///< not in the answer, where nobody's key may stand
  bool holds = false;
  std::vector<Reply> held;

 private:
  static constexpr std::string_view kId[] = {"id"}, kInstance[] = {"instance"};
  static constexpr catalogue::Operation kOperations[] = {
      {.id = "audit.set",
       .method = "POST",
       .router = "audit",
       .name = "set",
       .access = Access::instanceKey,
       .carrier = catalogue::Carrier::plugin,
       .unknown = catalogue::Unknown::dropped,
       .body = R"({"type":"object","additionalProperties":false,"properties":{
                  "a":{"type":"integer"},"b":{"type":"string"}}})",
       .query = {},
       .bodyOfV2 = R"({"type":"object","additionalProperties":false,"properties":{
                      "a":{"type":["integer","string"]},"b":{"type":"string"}}})"},
      {.id = "audit.find",
       .method = "GET",
       .router = "audit",
       .name = "find",
       .access = Access::instanceKey,
       .carrier = catalogue::Carrier::plugin,
       .body = {},
       .query = R"({"type":"object","properties":{"page":{"type":"integer","default":1}}})"},
      {.id = "audit.trail",
       .method = "DELETE",
       .router = "audit",
       .name = "trail",
       .access = Access::globalKey,
       .carrier = catalogue::Carrier::plugin,
       .body = {},
       .query = {}},
      {.id = "audit.fetch",
       .method = "PUT",
       .router = "audit",
       .name = "fetch",
       .params = kId,
       .access = Access::instanceKey,
       .carrier = catalogue::Carrier::plugin,
       .body = {},
       .query = {}},
      {.id = "audit.hook",
       .method = "POST",
       .router = "audit",
       .name = "hook",
       .params = kInstance,
       .access = Access::anyone,
       .carrier = catalogue::Carrier::plugin,
       .body = {},
       .query = {},
       .raw = true},
      {.id = "inbox.audit",
       .method = "GET",
       .router = "inbox",
       .name = "audit",
       .access = Access::anyone,
       .carrier = catalogue::Carrier::plugin,
       .body = {},
       .query = {},
       .raw = true}};
  static std::vector<Route> rowsOf() {
    std::vector<Route> rows;
    for (const auto& operation : kOperations) rows.push_back(routeOf(operation, rows.size()));
    return rows;
  }
  const std::vector<Route> rows_ = rowsOf();
};

/// A plugin's mounts, which remember what they were asked.
class FakeWebMounts final : public WebMounts {
 public:
  std::span<const WebMount> mounts() const noexcept override { return kRows; }
  void open(std::size_t, WebCall call, PendingUpgrade upgrade) override {
    remember(std::move(call));
    upgrade.refuse(ok({{"upgrade", true}}));
  }
  void serve(std::size_t, WebCall call, std::shared_ptr<Gone>, Reply reply) override {
    remember(std::move(call));
    reply(ok({{"raw", true}}));
  }
  WebCall last;
  int calls = 0;

 private:
  static constexpr WebMount kRows[] = {{"socket.io", false, true, 50}, {"stream", true, false, 50}};
  void remember(WebCall call) {
    last = std::move(call);
    ++calls;
  }
};

/// Gives the one answer to whoever waits for it.
class OneAnswer final : public http::AnswerSink {
 public:
  void answer(std::uint64_t, http::Response&& response) override {
    promise_.set_value(std::move(response));
  }
  void dropped(std::uint64_t) override { promise_.set_value({}); }
  void watch(std::uint64_t, Function<void()>) override {}
  std::future<http::Response> future() { return promise_.get_future(); }

 private:
  std::promise<http::Response> promise_;
};

/// The whole API over a gateway without network and listener.
///
/// [Threading] confined to its test.
class ApiWorld {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  static constexpr const char* kKey = "the-global-key-of-the-tests";

  struct Options {
    Dialect root = Dialect::native;
    unsigned failedPerMinute = 0;
    unsigned requestsAtOnce = 1000;
    std::vector<std::string> trustedProxies = {};
    std::chrono::milliseconds qrWait{400};
  };

  ApiWorld() : ApiWorld(Options{}) {}
  explicit ApiWorld(const Options& options)
      : world(with(options.qrWait)),
        failures(keysClock, {.perMinute = options.failedPerMinute}),
        inFlight(options.requestsAtOnce),
        commands_(*world.lifecycle, *world.hostEvents, *world.store, world.executor, world.timers,
                  world.clock, {}),
        api_(Entrance{.access = AccessControl(kKey, world.registry, failures, links),
                      .inFlight = inFlight,
                      .clients = ClientAddress::parse(options.trustedProxies).value(),
                      .rootDialect = options.root},
             services(), CommandsController(commands_), PluginsController(routes_), world.registry,
             &webMounts_) {
    world.lifecycle->use(links);
    EXPECT_TRUE(dispatcher.start());
  }
  ~ApiWorld() {
    commands_.stop();
    dispatcher.stop();
  }
  ApiWorld(const ApiWorld&) = delete;
  ApiWorld& operator=(const ApiWorld&) = delete;

  std::future<http::Response> begin(http::Method method, const std::string& target,
                                    std::string body = {}, const Headers& headers = {},
                                    const std::string& key = kKey) {
    return beginFrom({127, 0, 0, 1}, method, target, std::move(body), headers, key);
  }
  std::future<http::Response> beginFrom(std::array<std::uint8_t, 4> address, http::Method method,
                                        const std::string& target, std::string body = {},
                                        const Headers& headers = {}, const std::string& key = {}) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.body = std::move(body);
    std::ranges::copy(address, request.peer.bytes.begin());
    EXPECT_TRUE(http::parseTarget(target, request)) << target;
    if (!key.empty()) request.headers.add("apikey", key);
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    auto sink = std::make_shared<OneAnswer>();
    auto future = sink->future();
    auto admission = api_.admit(request);
    http::Responder responder(sink, 1);
    if (admission.answer)
      responder.send(std::move(*admission.answer));
    else
      admission.serve(std::move(request), std::move(responder));
    return future;
  }
  template <class... Rest>
  http::Response ask(Rest&&... rest) {
    return settled(begin(std::forward<Rest>(rest)...));
  }
  static http::Response settled(std::future<http::Response> answer) {
    if (answer.wait_for(std::chrono::seconds(20)) == std::future_status::ready) return answer.get();
    ADD_FAILURE() << "nobody answered";
    return {};
  }

  /// The key of a new instance.
  std::string create(const std::string& name) {
    const auto answer = ask(http::Method::post, "/instance/create",
                            boost::json::serialize(boost::json::object{{"instanceName", name}}));
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto body = boost::json::parse(answer.body);
    const auto& hash = body.at("hash");  // v2: the key itself
    return std::string(hash.is_string() ? hash.as_string() : hash.at("apikey").as_string());
  }
  /// Everything that is served: the catalogue's and the plugin's.
  std::span<const Route> routes() const noexcept { return table_.rows(); }
  Services services() {
    Services all;
    InstancesController(*world.lifecycle, world.registry, commands_, lastChats_, plugins_, {"live"})
        .bindTo(all);
    SettingsController(*world.lifecycle, plugins_).bindTo(all);
    LinkController({links, *world.lifecycle, world.registry, commands_, world.clock,
                    "https://gateway.example/",
                    [](std::string_view text) { return Result("png of " + std::string(text)); }})
        .bindTo(all);
    DeliveriesController(deliveries_).bindTo(all);
    bindSwitchedOff(all);
    Gateway{"1.2.3", [] { return std::string("[]"); }, [] { return std::string("x 1\n"); },
            [this] { return trouble; }}
        .bindTo(all);
    return all;
  }
  commands::CommandService& commands() { return commands_; }
  Api& api() { return api_; }
  FakeWebMounts& webMounts() { return webMounts_; }
  FakePluginRoutes& pluginRoutes() { return routes_; }

  std::optional<std::string> trouble;  ///< of GET /ready
  ManualClock keysClock;               ///< of `failures` and `links`
  link_page::LinkTokens links{keysClock};
  instances::testing::World world;
  FailedKeys failures;
  Seats inFlight;
  /// Nobody tells it of events; lanes are made by hand.
  delivery::Dispatcher dispatcher{*world.log,     *world.store, world.timers,
                                  world.executor, world.clock,  {}};

 private:
  static instances::Lifecycle::Options with(std::chrono::milliseconds qrWait) {
    auto options = instances::testing::World::patient();
    options.qrWait = qrWait;
    return options;
  }

  FakePlugins plugins_;
  FakePluginRoutes routes_;
  FakeWebMounts webMounts_;
  const RouteTable table_{routes_.routes()};
  commands::LastChats lastChats_;
  commands::CommandService commands_;
  delivery::Deliveries deliveries_{dispatcher, delivery::sourceOf(*world.log), *world.store,
                                   world.executor, world.clock};
  Api api_;
};

/// The sentences of an error.
inline std::vector<std::string> messagesOf(const http::Response& response) {
  const auto body = boost::json::parse(response.body);
  EXPECT_EQ(body.at("status").to_number<int>(), response.status);
  EXPECT_TRUE(body.at("error").is_string());
  auto message = body.at("response").at("message");
  // v2 has a list in a list for faults of a body.
  if (const auto& list = message.as_array(); list.size() == 1 && list[0].is_array())
    message = boost::json::value(list[0]);
  return boost::json::value_to<std::vector<std::string>>(message);
}

}  // namespace colibri::api::testing
