// What a stranger can take away from others by sessions that never join a namespace: nothing.
#include "lobby.hpp"

#include "testing_wire.hpp"

namespace colibri::websocket::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr unsigned kFlood = 16'500;  // what took the place of all, in a second

class Attack : public ServerTest {
 protected:
  explicit Attack(const Server::Options& options = defaults()) : ServerTest(options) {}
  using Query = ServerTest::Query;
  static Query from(const std::string& sender, const char* transport) {
    return {{"EIO", "4"}, {"transport", transport}, {"sender", sender}};
  }
  std::string pollerFrom(const std::string& sender, Caller caller = {}) {
    const auto request = http("GET", from(sender, "polling"), {}, caller);
    EXPECT_EQ(wire.answers.at(request).status, 200U) << wire.answers.at(request).body;
    return sidOf(wire.answers.at(request).body);
  }
  bool lives(const std::string& sid) { return post(sid, "3") == "ok"; }
  unsigned living(const std::vector<std::string>& sids) {
    unsigned count = 0;
    for (const auto& sid : sids) count += lives(sid);
    return count;
  }
};

TEST_F(Attack, AFloodOfHandshakesWithoutAKeyLocksNobodyOut) {
  const auto other = pollerFrom("198.51.100.8"),
             known = pollerFrom("203.0.113.5", {Caller::Kind::instance, 1});
  std::vector<std::string> flood;
  for (unsigned i = 0; i < kFlood; ++i) flood.push_back(pollerFrom("203.0.113.5"));
  EXPECT_EQ(living(flood), 4096U) << "the oldest went";
  EXPECT_TRUE(lives(flood.back()));
  EXPECT_EQ(server.evicted(), kFlood - 4096);
  EXPECT_TRUE(lives(other)) << "who came before from elsewhere stays";
  EXPECT_THAT(post(pollerFrom("198.51.100.9"), R"(40/shop,{"apikey":"shop-key"})"), "ok");
  EXPECT_TRUE(lives(known)) << "a key is a key, also from the attacker's address";
  EXPECT_TRUE(lives(pollerFrom("203.0.113.5", {Caller::Kind::global, 0})));
}

TEST_F(Attack, AFloodOverWebSocketsClosesItsOwnOldest) {
  const auto other = socket();
  std::vector<std::uint64_t> flood;
  for (unsigned i = 0; i < 4096 + 3; ++i) {
    ASSERT_EQ(open(from("203.0.113.5", "websocket")).status, COLIBRI_OK);
    flood.push_back(token);
  }
  EXPECT_EQ(wire.closed.size(), 3U);
  EXPECT_EQ(wire.closed[flood[0]], "1000 too many clients wait to join a namespace");
  EXPECT_FALSE(wire.closed.contains(other));
}

TEST_F(Attack, WhoJoinedANamespaceIsNotAStrangerAndStays) {
  const auto sid = pollerFrom("203.0.113.5");
  ASSERT_EQ(post(sid, R"(40/shop,{"apikey":"shop-key"})"), "ok");
  EXPECT_THAT(poll(sid), StartsWith("40/shop,"));
  for (unsigned i = 0; i < 5000; ++i) pollerFrom("203.0.113.5");
  EXPECT_TRUE(lives(sid));
  ASSERT_EQ(post(sid, "41/shop,"), "ok");
  for (unsigned i = 0; i < 5000; ++i) pollerFrom("203.0.113.5");
  EXPECT_FALSE(lives(sid)) << "it left again, and is one of them";
}

TEST_F(Attack, AStrangerThatDoesNotPollCostsFourKilobytes) {
  const auto sid = pollerFrom("203.0.113.5");
  std::string connects = "40";
  for (unsigned i = 0; i < 40; ++i)
    connects +=
        "\x1e"
        "40";
  ASSERT_EQ(post(sid, connects), "ok");
  EXPECT_THAT(post(sid, connects), HasSubstr("ok"));
  EXPECT_FALSE(lives(sid));
  EXPECT_EQ(server.dropped(), 1U);
}

class AttackOfANetwork : public Attack {
 protected:
  static Server::Options few() {
    auto options = defaults();
    options.limits.strangers = {400, 100};
    return options;
  }
  AttackOfANetwork() : Attack(few()) {}
};

TEST_F(AttackOfANetwork, AFloodFromManyAddressesTakesTheLargestFirstAndNoKey) {
  const auto known = pollerFrom("203.0.113.5", {Caller::Kind::instance, 1});
  const auto flood = [&](unsigned network) {
    const auto sender = "2001:db8:0:" + std::to_string(network) + "::/64";
    for (unsigned i = 0; i < 100; ++i) pollerFrom(sender);
  };
  for (unsigned network = 1; network <= 5; ++network) flood(network);
  EXPECT_EQ(server.evicted(), 100U);
  const auto other = pollerFrom("198.51.100.8");
  flood(9);
  EXPECT_TRUE(lives(other));
  EXPECT_TRUE(lives(known));
}

class AttackOfATenant : public Attack {
 protected:
  static Server::Options few() {
    auto options = defaults();
    options.clientsPerFeed = 10;
    options.limits.all = 40;
    return options;
  }
  AttackOfATenant() : Attack(few()) {}
};

TEST_F(AttackOfATenant, SessionsWithAKeyAreBoundedPerInstanceAndOthersComeIn) {
  const auto other = pollerFrom("198.51.100.8", {Caller::Kind::instance, 2});
  std::vector<std::string> flood;
  for (unsigned i = 0; i < 500; ++i)
    flood.push_back(pollerFrom("203.0.113.5", {Caller::Kind::instance, 1}));
  EXPECT_EQ(living(flood), 10U);
  EXPECT_TRUE(lives(other));
  EXPECT_TRUE(lives(pollerFrom("198.51.100.8", {Caller::Kind::instance, 2})));
}

TEST_F(AttackOfATenant, StrangersTakeNoPlaceFromThoseWithAKey) {
  for (unsigned i = 0; i < 100; ++i) pollerFrom("203.0.113." + std::to_string(i));
  for (unsigned instance = 1; instance <= 4; ++instance)
    for (unsigned i = 0; i < 10; ++i)
      pollerFrom("198.51.100.8", {Caller::Kind::instance, instance});
  const auto request = http("GET", from("198.51.100.8", "polling"), {}, {Caller::Kind::global, 0});
  EXPECT_EQ(wire.answers.at(request).status, 503U) << "forty, that is all";
}

}  // namespace
}  // namespace colibri::websocket::testing
