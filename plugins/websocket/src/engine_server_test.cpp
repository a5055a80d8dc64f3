// Engine.IO as clients see it: handshakes, polling, WebSockets, the upgrade between them,
// heartbeats.
#include "testing_wire.hpp"

namespace colibri::websocket::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class Engine : public ServerTest {};

TEST_F(Engine, AHandshakeSaysSidUpgradesAndTimes) {
  const auto request = http("GET", {{"EIO", "4"}, {"transport", "polling"}});
  const auto& answer = wire.answers.at(request);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(sidOf(answer.body).size(), 20U);
  EXPECT_THAT(
      answer.body,
      HasSubstr(
          R"("upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":16384})"));
}

TEST_F(Engine, BadRequestsAreAnsweredAsTheProtocolSays) {
  const auto sid = poller();
  const std::vector<std::tuple<std::string, Query, std::string>> cases{
      {"GET", {{"transport", "polling"}}, R"("code":5)"},
      {"GET", {{"EIO", "3"}, {"transport", "polling"}}, R"("code":5)"},
      {"GET", {{"EIO", "4"}}, R"("code":0)"},
      {"GET", {{"EIO", "4"}, {"transport", "carrier"}}, R"("code":0)"},
      {"POST", {{"EIO", "4"}, {"transport", "polling"}}, R"("code":2)"},
      {"GET", {{"EIO", "4"}, {"transport", "polling"}, {"sid", "nobody"}}, R"("code":1)"},
      {"GET", {{"EIO", "4"}, {"transport", "websocket"}, {"sid", sid}}, R"("code":3)"}};
  for (const auto& [method, query, code] : cases) {
    const auto request = http(method, query);
    EXPECT_EQ(wire.answers.at(request).status, 400U);
    EXPECT_THAT(wire.answers.at(request).body, HasSubstr(code));
  }
  EXPECT_EQ(open({{"EIO", "3"}, {"transport", "websocket"}}).status, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(open({{"EIO", "4"}, {"transport", "polling"}}).status, COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(open({{"EIO", "4"}, {"transport", "websocket"}, {"sid", "nobody"}}).status,
            COLIBRI_E_INVALID_ARGUMENT);
}

TEST_F(Engine, APollWaitsForPacketsAndTakesAllThereAre) {
  const auto sid = poller({Caller::Kind::instance, 1});
  const auto waiting = http("GET", of(sid));
  EXPECT_FALSE(wire.answers.contains(waiting));
  EXPECT_EQ(post(sid, "40/shop,"), "ok");
  EXPECT_THAT(wire.answers.at(waiting).body, StartsWith("40/shop,{\"sid\":"));
  publish(1, 1);
  publish(1, 2);
  EXPECT_EQ(poll(sid), frame("/shop,", "shop", "1") + '\x1e' + frame("/shop,", "shop", "2"));
}

TEST_F(Engine, TwoPollsAtATimeEndTheSession) {
  const auto sid = poller();
  const auto first = http("GET", of(sid)), second = http("GET", of(sid));
  EXPECT_EQ(wire.answers.at(first).body, "1");
  EXPECT_EQ(wire.answers.at(second).status, 400U);
  EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
}

TEST_F(Engine, APollWhoseClientLeftIsForgottenAndItsPacketsAreNot) {
  const auto sid = poller({Caller::Kind::instance, 1});
  post(sid, "40/shop,");
  poll(sid);
  const auto lost = http("GET", of(sid));
  server.httpGone(lost);
  publish(1, 1);
  EXPECT_FALSE(wire.answers.contains(lost));
  EXPECT_EQ(poll(sid), frame("/shop,", "shop", "1"));
}

TEST_F(Engine, AClosePacketEndsTheSession) {
  const auto sid = poller();
  const auto waiting = http("GET", of(sid));
  EXPECT_EQ(post(sid, "1"), "ok");
  EXPECT_EQ(wire.answers.at(waiting).body, "6");
  EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
}

TEST_F(Engine, WhatIsNoPacketEndsTheSessionInWords) {
  const auto sid = poller();
  EXPECT_THAT(post(sid, "abc"), HasSubstr("Bad request: an unknown type of packet"));
  EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
  const auto connection = socket();
  say(connection,
      "4"
      "51-[\"a\"]");
  EXPECT_EQ(wire.closed.at(connection), "1002 binary packets are not taken");
  const auto other = socket();
  server.message(other, false, "\x01\x02");
  EXPECT_EQ(wire.closed.at(other), "1002 binary packets are not taken");
}

TEST_F(Engine, AWebSocketGetsItsHandshakeFirst) {
  ASSERT_EQ(open({{"EIO", "4"}, {"transport", "websocket"}}).status, COLIBRI_OK);
  EXPECT_THAT(wire.frames.at(token),
              ElementsAre(AllOf(StartsWith("0{\"sid\":"), HasSubstr("\"upgrades\":[]"))));
}

TEST_F(Engine, AnUpgradeKeepsThePacketsAndTheirOrder) {
  const auto sid = poller({Caller::Kind::instance, 1});
  post(sid, "40/shop,");
  poll(sid);
  const auto waiting = http("GET", of(sid));
  ASSERT_EQ(open({{"EIO", "4"}, {"transport", "websocket"}, {"sid", sid}}).status, COLIBRI_OK);
  const auto connection = token;
  EXPECT_THAT(wire.frames[connection], IsEmpty());
  EXPECT_THAT(say(connection, "2probe"), ElementsAre("3probe"));
  EXPECT_EQ(wire.answers.at(waiting).body, "6") << "the client waits for its poll to end";
  publish(1, 1);
  publish(1, 2);
  EXPECT_THAT(say(connection, "5"),
              ElementsAre(frame("/shop,", "shop", "1"), frame("/shop,", "shop", "2")));
  publish(1, 3);
  EXPECT_THAT(wire.take(connection), ElementsAre(frame("/shop,", "shop", "3")));
  EXPECT_THAT(poll(sid), HasSubstr("the session has a WebSocket"));
}

TEST_F(Engine, APollDuringAnUpgradeIsSentHome) {
  const auto sid = poller();
  open({{"EIO", "4"}, {"transport", "websocket"}, {"sid", sid}});
  say(token, "2probe");
  EXPECT_EQ(poll(sid), "6");
}

TEST_F(Engine, AnUpgradeThatFailsLeavesPollingAsItWas) {
  const auto sid = poller({Caller::Kind::instance, 1});
  open({{"EIO", "4"}, {"transport", "websocket"}, {"sid", sid}});
  const auto connection = token;
  EXPECT_EQ(open({{"EIO", "4"}, {"transport", "websocket"}, {"sid", sid}}).status,
            COLIBRI_E_INVALID_ARGUMENT);
  now += 11s;
  server.tick();
  EXPECT_EQ(wire.closed.at(connection), "1002 the upgrade took too long");
  server.closed(connection, 1006);
  post(sid, "40/shop,");
  EXPECT_THAT(poll(sid), StartsWith("40/shop,"));
}

TEST_F(Engine, AClientThatAnswersPingsStaysAndOneThatDoesNotGoes) {
  const auto connection = joined("/shop", R"({"apikey":"shop-key"})"),
             silent = joined("/shop", R"({"apikey":"shop-key"})");
  now += 25s;
  server.tick();
  EXPECT_THAT(wire.take(connection), ElementsAre("2"));
  EXPECT_THAT(say(connection, "3"), IsEmpty());
  now += 20s;
  server.tick();
  EXPECT_EQ(wire.closed.at(silent), "1000 ping timeout");
  EXPECT_FALSE(wire.closed.contains(connection));
  now += 5s;
  server.tick();
  EXPECT_THAT(wire.take(connection), ElementsAre("2"));
}

TEST_F(Engine, WhoJoinsNoNamespaceMustGo) {
  const auto lonely = poller();
  const auto connection = joined("/shop", R"({"apikey":"shop-key"})");
  now += 46s;
  server.tick();
  server.message(connection, true, "3");
  EXPECT_THAT(poll(lonely), HasSubstr("Session ID unknown"));
  EXPECT_FALSE(wire.closed.contains(connection));
}

TEST_F(Engine, AClientThatDoesNotPollIsDroppedAtAMegabyteAndHarmsNobody) {
  const auto sid = poller({Caller::Kind::instance, 1});
  post(sid, "40/shop,");
  const auto other = joined("/shop", R"({"apikey":"shop-key"})");
  const std::string big(100'000, 'x');
  for (Sequence n = 1; n <= 12; ++n) {
    const auto made = event(1, n, '"' + big + '"');
    server.deliver(sdk::EventRef(made.get()), false);
  }
  EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
  EXPECT_EQ(server.dropped(), 1U);
  EXPECT_EQ(wire.take(other).size(), 12U);
}

TEST_F(Engine, WhenItStopsEverybodyIsTold) {
  const auto sid = poller();
  const auto waiting = http("GET", of(sid));
  const auto connection = socket();
  server.stop();
  EXPECT_EQ(wire.answers.at(waiting).body, "1");
  EXPECT_EQ(wire.closed.at(connection), "1001 the gateway stops");
}

}  // namespace
}  // namespace colibri::websocket::testing
