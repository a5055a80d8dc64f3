// The plugin in a host: what it subscribes to, serves and answers.
#include "websocket_plugin.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <colibri/testing/fake_host.hpp>

#include "event_settings/testing_ask.hpp"

namespace colibri::websocket {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::makeEvent;
using event_settings::askFind;
using event_settings::askSet;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::size_t kSocketIo = 0, kEvents = 1;  // in kMounts

class WebsocketPluginTest : public ::testing::Test {
 protected:
  void begin(const std::string& config = R"({"global_events":true})") {
    ASSERT_EQ(host_.load(config), COLIBRI_OK) << host_.error();
    ASSERT_EQ(host_.start(), COLIBRI_OK) << host_.error();
    host_.state({.snapshot = true});
    ASSERT_EQ(host_.settings(1, R"({"enabled":true,"events":[]})"), COLIBRI_OK);
    host_.key("global", COLIBRI_CALLER_GLOBAL);
    host_.key("shop-key", COLIBRI_CALLER_INSTANCE, 1);
    host_.key("cafe-key", COLIBRI_CALLER_INSTANCE, 2);
  }
  ~WebsocketPluginTest() override { EXPECT_THAT(host_.violations(), IsEmpty()); }

  std::uint64_t connect(const std::string& key = {}) {
    return host_.connect(
        {.mount = kSocketIo, .key = key, .query = {{"EIO", "4"}, {"transport", "websocket"}}});
  }
  std::vector<std::string> received(std::uint64_t connection) {
    std::vector<std::string> all;
    const auto seen = host_.connection(connection);
    for (const auto& message : seen->received) all.push_back(message.data);
    return all;
  }

  FakeHost host_{sdk::detail::Adapter<WebsocketPlugin>::kDescriptor};
};

TEST_F(WebsocketPluginTest, SubscribesInOrderForInstancesAndForAll) {
  begin();
  const auto subscriptions = host_.subscriptions();
  ASSERT_THAT(subscriptions, SizeIs(2));
  EXPECT_EQ(subscriptions[0].flags, std::uint32_t{COLIBRI_SUB_F_STRICT_ORDER});
  EXPECT_EQ(subscriptions[1].flags,
            std::uint32_t{COLIBRI_SUB_F_STRICT_ORDER | COLIBRI_SUB_F_ALL_INSTANCES});
  EXPECT_EQ(boost::json::parse(subscriptions[0].filter).at("types").as_array().size(), 34U);
}

TEST_F(WebsocketPluginTest, AnEventReachesWhoListensAndIsDone) {
  begin();
  const auto shop = connect("shop-key"), global = connect("global"),
             plain = host_.connect({.mount = kEvents, .instance = 1, .key = "shop-key"});
  host_.message(shop, "40/shop,");
  host_.message(global, "40");
  const auto first = host_.deliver(makeEvent({.type = "call", .sequence = 5}), 1, 1);
  const auto second = host_.deliver(makeEvent({.type = "call", .sequence = 5}), 1, 2);
  EXPECT_EQ(host_.outcome(first)->status, COLIBRI_OK);
  EXPECT_EQ(host_.outcome(second)->status, COLIBRI_OK);
  EXPECT_THAT(received(shop), ElementsAre(StartsWith("0{"), StartsWith("40/shop,{"),
                                          StartsWith("42/shop,[\"call\",{")));
  EXPECT_THAT(received(global),
              ElementsAre(StartsWith("0{"), StartsWith("40{"), StartsWith("42[\"call\",{")));
  EXPECT_THAT(received(plain), ElementsAre(StartsWith("{\"seq\":5,\"event\":\"call\"")));
}

TEST_F(WebsocketPluginTest, WithNobodyThereAnEventIsDoneAllTheSame) {
  begin();
  EXPECT_EQ(host_.outcome(host_.deliver(makeEvent()))->status, COLIBRI_OK);
}

TEST_F(WebsocketPluginTest, ExpiredEventsGoToNobody) {
  begin();
  const auto plain = host_.connect({.mount = kEvents, .instance = 1, .key = "shop-key"});
  host_.deliver(makeEvent({.type = "qrcode.updated", .expiresAtUs = 1}));
  EXPECT_THAT(received(plain), IsEmpty());
}

TEST_F(WebsocketPluginTest, AuthInTheProtocolIsTheHostsToJudge) {
  begin();
  const auto right = connect(), wrong = connect(), other = connect();
  host_.message(right, R"(40/shop,{"apikey":"shop-key"})");
  host_.message(wrong, R"(40/shop,{"apikey":"guess"})");
  host_.message(other, R"(40/shop,{"apikey":"cafe-key"})");
  host_.deliver(makeEvent({.type = "call"}));
  EXPECT_THAT(received(right), SizeIs(3));
  EXPECT_THAT(received(wrong), ElementsAre(StartsWith("0{"), HasSubstr("nobody has this key")));
  EXPECT_THAT(received(other), ElementsAre(StartsWith("0{"), HasSubstr("forbidden")));
  host_.refuseKeys(COLIBRI_E_RATE_LIMITED);
  host_.message(wrong, R"(40/shop,{"apikey":"shop-key"})");
  EXPECT_THAT(received(wrong).back(), HasSubstr("too many wrong keys"));
}

TEST_F(WebsocketPluginTest, AFloodFromOneSenderEndsItsOwnSessionsAndIsLogged) {
  begin(R"({"ping_interval_ms":200})");
  const auto comes = [&](const std::string& sender) {
    return host_.connect({.mount = kSocketIo,
                          .query = {{"EIO", "4"}, {"transport", "websocket"}},
                          .sender = sender});
  };
  const auto closed = [&](std::uint64_t connection) {
    return host_.connection(connection)->closeCode != 0;
  };
  const auto other = comes("198.51.100.8"), first = comes("203.0.113.5");
  for (unsigned i = 0; i < 4096; ++i) comes("203.0.113.5");
  EXPECT_TRUE(closed(first));
  EXPECT_FALSE(closed(other));
  EXPECT_TRUE(host_.waitFor([&] {
    return std::ranges::any_of(host_.logs(), [](const auto& line) {
      return line.message == "sessions that joined no namespace gave way to newer ones";
    });
  }));
}

TEST_F(WebsocketPluginTest, PollingIsRequestsThatWait) {
  begin();
  const std::vector<std::pair<std::string, std::string>> query{{"EIO", "4"},
                                                               {"transport", "polling"}};
  const auto open =
      host_.webReply(host_.ask({.mount = kSocketIo, .key = "shop-key", .query = query}));
  ASSERT_EQ(open->status, 200U);
  const auto sid = open->body.substr(9, 20);
  auto withSid = query;
  withSid.emplace_back("sid", sid);
  const auto waiting = host_.ask({.mount = kSocketIo, .query = withSid});
  EXPECT_FALSE(host_.webReply(waiting));
  host_.ask({.mount = kSocketIo, .method = "POST", .query = withSid, .body = "40/shop,"});
  EXPECT_THAT(host_.webReply(waiting)->body, StartsWith("40/shop,{\"sid\":"));
  const auto left = host_.ask({.mount = kSocketIo, .query = withSid});
  host_.leave(left);
  host_.deliver(makeEvent({.type = "call"}));
  EXPECT_THAT(host_.webReply(host_.ask({.mount = kSocketIo, .query = withSid}))->body,
              StartsWith("42/shop,[\"call\""));
}

TEST_F(WebsocketPluginTest, WhatWasMissedComesFromTheLog) {
  begin();
  for (std::uint64_t n = 1; n <= 3; ++n) host_.append(makeEvent({.type = "call", .sequence = n}));
  const auto plain = host_.connect(
      {.mount = kEvents, .instance = 1, .key = "shop-key", .query = {{"since", "1"}}});
  host_.pump();
  EXPECT_THAT(received(plain), ElementsAre(StartsWith("{\"seq\":2"), StartsWith("{\"seq\":3")));
  ASSERT_FALSE(host_.logReads().empty());
  EXPECT_EQ(boost::json::parse(host_.logReads()[0].filter).at("types").as_array().size(), 34U);
  host_.refuseReads(COLIBRI_E_BUSY);
  const auto again = host_.connect(
      {.mount = kEvents, .instance = 1, .key = "shop-key", .query = {{"since", "2"}}});
  host_.refuseReads(COLIBRI_OK);
  EXPECT_TRUE(host_.waitFor([&] { return received(again).size() == 1; })) << "asked again";
}

TEST_F(WebsocketPluginTest, AClientThatDoesNotReadIsDroppedAndTheOthersAreNot) {
  begin();
  const auto slow = host_.connect({.mount = kEvents, .instance = 1, .key = "shop-key"}),
             quick = host_.connect({.mount = kEvents, .instance = 1, .key = "shop-key"});
  host_.stopReading(slow);
  const std::string body = '"' + std::string(100'000, 'x') + '"';
  for (std::uint64_t n = 1; n <= 20; ++n)
    host_.deliver(makeEvent({.type = "call", .body = body, .sequence = n}));
  EXPECT_EQ(host_.connection(slow)->closeCode, 1013U);
  EXPECT_THAT(received(quick), SizeIs(20));
}

TEST_F(WebsocketPluginTest, SettingsRuleWhatComes) {
  begin();
  EXPECT_EQ(askSet(host_, R"({"websocket":{"enabled":true,"events":["CALL"]}})").status, 201U);
  EXPECT_EQ(host_.filter(1, 1), R"({"types":["call"]})");
  EXPECT_EQ(boost::json::parse(askFind(host_).body).at("websocket").at("events"),
            boost::json::parse(R"(["CALL"])"));
  const auto row = boost::json::parse(askFind(host_, true).body).as_object();
  for (const auto* member : {"id", "enabled", "events", "createdAt", "updatedAt", "instanceId"})
    EXPECT_TRUE(row.contains(member)) << member;
  EXPECT_EQ(row.size(), 6U);
  EXPECT_EQ(askSet(host_, R"({"websocket":{"enabled":true,"events":["NOPE"]}})", true).status,
            400U);
  EXPECT_EQ(askSet(host_, R"({"websocket":{"enabled":false,"events":[]}})", true).status, 201U);
  EXPECT_EQ(host_.connect({.mount = kEvents, .instance = 1, .key = "shop-key"}) != 0, true);
}

TEST_F(WebsocketPluginTest, NoEventsOfAV2CallerAreAllOfThemByName) {
  begin();
  const auto events = [](const auto& reply) {
    return boost::json::parse(reply.body).at("events").as_array().size();
  };
  EXPECT_EQ(events(askSet(host_, R"({"websocket":{"enabled":true,"events":[]}})", true)), 31U);
  EXPECT_EQ(events(askFind(host_, true)), 31U);
  EXPECT_EQ(boost::json::parse(host_.filter(1, 1).value_or("{}")).at("types").as_array().size(),
            31U);
}

TEST_F(WebsocketPluginTest, SwitchedOffItServesNobodyAndSaysSo) {
  begin(R"({"enabled":false,"allowed_hosts":"127.0.0.1"})");
  EXPECT_THAT(host_.subscriptions(), IsEmpty());
  EXPECT_THAT(host_.connection(connect("global"))->detail, HasSubstr("WEBSOCKET_ENABLED"));
  EXPECT_THAT(host_.webReply(host_.ask({.mount = kSocketIo}))->body,
              HasSubstr("WEBSOCKET_ENABLED"));
  EXPECT_THAT(host_.logs().at(0).message, HasSubstr("WEBSOCKET_ALLOWED_HOSTS"));
}

TEST_F(WebsocketPluginTest, NonsenseInItsConfigurationIsRefused) {
  for (const auto* bad : {R"({"recovery_s":0})", R"({"ping_interval_ms":1})", R"({"colour":1})",
                          R"({"enabled":"yes"})"}) {
    FakeHost host(sdk::detail::Adapter<WebsocketPlugin>::kDescriptor);
    EXPECT_NE(host.load(bad), COLIBRI_OK) << bad;
  }
}

TEST_F(WebsocketPluginTest, WhenItStopsClientsAreTold) {
  begin();
  const auto connection = connect("shop-key");
  const auto waiting = [&] {
    const auto open = host_.webReply(
        host_.ask({.mount = kSocketIo, .query = {{"EIO", "4"}, {"transport", "polling"}}}));
    return host_.ask(
        {.mount = kSocketIo,
         .query = {{"EIO", "4"}, {"transport", "polling"}, {"sid", open->body.substr(9, 20)}}});
  }();
  host_.stop();
  EXPECT_EQ(host_.connection(connection)->closeCode, 1001U);
  EXPECT_EQ(host_.webReply(waiting)->body, "1");
}

}  // namespace
}  // namespace colibri::websocket
