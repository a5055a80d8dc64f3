#include "api/failed_keys.hpp"

#include <gtest/gtest.h>

#include "api/testing/api_world.hpp"

namespace colibri::api {
namespace {

using namespace std::chrono_literals;

net::IpAddress at(const std::string& text) {
  return net::IpAddress::parse(text).value();
}

/// How many of `times` failures in a row were within the limit.
unsigned within(FailedKeys& keys, const std::string& address, unsigned times) {
  unsigned passed = 0;
  for (unsigned i = 0; i < times; ++i) passed += !keys.failed(at(address));
  return passed;
}

struct FailedKeysTest : ::testing::Test {
  ManualClock clock;
};

TEST_F(FailedKeysTest, AnAddressMayFailSoOftenAtOnceAndPerMinute) {
  FailedKeys keys(clock, {.perMinute = 6});
  EXPECT_EQ(within(keys, "198.51.100.7", 20), 6U);
  clock.advance(10s);
  EXPECT_EQ(within(keys, "198.51.100.7", 20), 1U);
  clock.advance(1h);
  EXPECT_EQ(within(keys, "198.51.100.7", 20), 6U);
}

TEST_F(FailedKeysTest, TheWaitIsThatUntilTheNextOneIsAllowed) {
  FailedKeys keys(clock, {.perMinute = 6});
  EXPECT_EQ(within(keys, "198.51.100.7", 6), 6U);
  EXPECT_EQ(keys.failed(at("198.51.100.7")), 10s);
  clock.advance(9s);
  EXPECT_EQ(keys.failed(at("198.51.100.7")), 1s);
  clock.advance(1s);
  EXPECT_EQ(keys.failed(at("198.51.100.7")), std::nullopt);
}

TEST_F(FailedKeysTest, OtherAddressesHaveALimitOfTheirOwn) {
  FailedKeys keys(clock, {.perMinute = 3});
  EXPECT_EQ(within(keys, "198.51.100.7", 5), 3U);
  EXPECT_EQ(within(keys, "198.51.100.8", 5), 3U);
}

TEST_F(FailedKeysTest, ANetworkOfIpv6IsOneAddress) {
  FailedKeys keys(clock, {.perMinute = 3});
  EXPECT_EQ(within(keys, "2001:db8:0:1::1", 2), 2U);
  EXPECT_EQ(within(keys, "2001:db8:0:1:ffff::9", 5), 1U);
  EXPECT_EQ(within(keys, "2001:db8:0:2::1", 5), 3U);
}

TEST_F(FailedKeysTest, ZeroIsNoLimitButEverythingIsCounted) {
  FailedKeys keys(clock, {.perMinute = 0});
  EXPECT_EQ(within(keys, "198.51.100.7", 1000), 1000U);
  EXPECT_EQ(keys.wrong(), 1000U);
  EXPECT_EQ(keys.limited(), 0U);
}

/// How many of `times` keys from `address` would be looked at now, all of them wrong.
unsigned looks(FailedKeys& keys, const std::string& address, unsigned times) {
  unsigned seen = 0;
  for (unsigned i = 0; i < times; ++i) {
    if (keys.mayLook(at(address))) continue;
    ++seen;
    keys.failed(at(address));
  }
  return seen;
}

TEST_F(FailedKeysTest, BeyondTheLimitAnAddressGetsTwentyLooksASecond) {
  FailedKeys keys(clock, {.perMinute = 60});
  EXPECT_EQ(looks(keys, "198.51.100.7", 5000), 60U + 20U);
  EXPECT_EQ(keys.unseen(), 4920U);
  for (unsigned second = 0; second < 10; ++second) {
    clock.advance(1s);
    EXPECT_LE(looks(keys, "198.51.100.7", 5000), 21U) << second;
  }
  EXPECT_EQ(looks(keys, "198.51.100.8", 10), 10U) << "another address";
  clock.advance(1min);
  EXPECT_EQ(looks(keys, "198.51.100.7", 60), 60U);
}

TEST_F(FailedKeysTest, WhatIsRefusedUnseenIsToldWhenToComeAgain) {
  FailedKeys keys(clock, {.perMinute = 6});
  looks(keys, "198.51.100.7", 100);
  EXPECT_EQ(keys.mayLook(at("198.51.100.7")), 10s);
}

TEST_F(FailedKeysTest, WhereARightKeyCameFromIsLookedAtForADay) {
  FailedKeys keys(clock, {.perMinute = 60});
  keys.succeeded(at("198.51.100.7"));
  EXPECT_EQ(looks(keys, "198.51.100.7", 500), 500U);
  clock.advance(24h - 1s);
  EXPECT_EQ(looks(keys, "198.51.100.7", 500), 500U);
  clock.advance(1h);
  EXPECT_EQ(looks(keys, "198.51.100.7", 500), 80U);
}

TEST_F(FailedKeysTest, ARightKeyEveryMinuteKeepsTheTrust) {
  FailedKeys keys(clock, {.perMinute = 60});
  for (unsigned i = 0; i < 2 * 24 * 60; ++i) {
    keys.succeeded(at("198.51.100.7"));
    clock.advance(1min);
  }
  clock.advance(23h + 58min);
  EXPECT_EQ(looks(keys, "198.51.100.7", 500), 500U) << "24 h after the last one";
}

TEST_F(FailedKeysTest, LoopbackAndPrivateAddressesAreAlwaysLookedAt) {
  FailedKeys keys(clock, {.perMinute = 6});
  for (const auto* address : {"127.0.0.1", "::1", "10.1.2.3", "172.16.0.9", "192.168.1.1",
                              "fd00::5", "169.254.3.4", "fe80::1", "100.64.0.1"})
    EXPECT_EQ(looks(keys, address, 200), 200U) << address;
  for (const auto* address : {"11.0.0.1", "2001:db8::1", "169.253.0.1", "172.32.0.1"})
    EXPECT_EQ(looks(keys, address, 200), 26U) << address;
}

TEST_F(FailedKeysTest, ManyAddressesOfANetworkDoNotMakeItForgetTheOneThatGuessed) {
  FailedKeys keys(clock, {.perMinute = 60, .addresses = 1600});
  looks(keys, "2001:db8:1::1", 500);
  unsigned seen = 0;
  for (unsigned i = 0; i < 60'000; ++i) {
    net::IpAddress::Bytes bytes{
        0x20, 0x01, 0x0d, 0xb8, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)};
    bytes[6] = 1;
    const auto client = net::IpAddress::v6(bytes);
    if (keys.mayLook(client)) continue;
    ++seen;
    keys.failed(client);
  }
  EXPECT_LE(seen, 100U + 80U) << "a part of the table, then all of them as one";
  EXPECT_EQ(keys.addresses(), 100U);
  EXPECT_EQ(looks(keys, "2001:db8:1::1", 500), 0U) << "it is still remembered";
  unsigned free = 0;
  for (unsigned i = 0; i < 16; ++i)
    free += looks(keys, "198." + std::to_string(51 + i) + ".100.7", 1);
  EXPECT_GE(free, 15U) << "others are looked at, but for one whose number may be the same";
}

TEST_F(FailedKeysTest, AnAddressThatFailedAMinuteAgoMakesRoom) {
  FailedKeys keys(clock, {.perMinute = 60, .addresses = 16});
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_EQ(looks(keys, "198.51.100." + std::to_string(i), 200), 80U) << i;
    clock.advance(1min);
  }
  EXPECT_EQ(keys.addresses(), 1U);
  EXPECT_EQ(looks(keys, "198.51.101.1", 200), 80U);
  EXPECT_EQ(looks(keys, "198.51.101.2", 200), 80U) << "the first that the neighbours share";
  EXPECT_EQ(looks(keys, "198.51.101.3", 200), 0U);
}

TEST_F(FailedKeysTest, AddressesWithARightKeyThatAreForgottenAreCounted) {
  FailedKeys keys(clock, {.perMinute = 60, .addresses = 1600});
  for (unsigned i = 0; i < 100; ++i)
    keys.succeeded(net::IpAddress::v4(0xc6336400U + i));  // 198.51.100.0
  EXPECT_EQ(keys.forgotten(), 0U);
  EXPECT_EQ(looks(keys, "198.51.100.0", 200), 200U);
  keys.succeeded(at("198.51.101.1"));
  EXPECT_EQ(keys.forgotten(), 1U);
  EXPECT_EQ(looks(keys, "198.51.100.1", 200), 200U);
}

TEST_F(FailedKeysTest, WhatWasCountedAndRefusedIsKnown) {
  FailedKeys keys(clock, {.perMinute = 2});
  within(keys, "198.51.100.7", 5);
  EXPECT_EQ(keys.wrong(), 5U);
  EXPECT_EQ(keys.limited(), 3U);
}

// --- behind the API

struct LimitedApi : ::testing::Test {
  http::Response ask(const std::string& key, const testing::ApiWorld::Headers& headers = {}) {
    return api.ask(http::Method::get, "/a/instance/connectionState", "", headers, key);
  }
  testing::ApiWorld api{{.failedPerMinute = 3, .trustedProxies = {"127.0.0.1"}}};
};

TEST_F(LimitedApi, TooManyWrongKeysAre429WithRetryAfterARightOneNeverIs) {
  const auto own = api.create("a");
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(ask("wrong-key-wrong-key").status, 401);
  const auto refused = ask("wrong-key-wrong-key");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(testing::messagesOf(refused),
            std::vector<std::string>{"Too many requests with a wrong key"});
  EXPECT_EQ(refused.headers, (testing::ApiWorld::Headers{{"Retry-After", "20"}}));
  EXPECT_EQ(ask("").status, 429);
  EXPECT_EQ(ask(own).status, 200);
  EXPECT_EQ(ask(testing::ApiWorld::kKey).status, 200);
}

TEST_F(LimitedApi, BeyondTheLimitARightKeyIsNotEvenLookedAtUnlessItCameBefore) {
  const auto own = api.create("a");
  const testing::ApiWorld::Headers attacker{{"X-Forwarded-For", "198.51.100.7"}},
      neighbour{{"X-Forwarded-For", "198.51.100.8"}}, known{{"X-Forwarded-For", "198.51.100.9"}};
  EXPECT_EQ(ask(own, known).status, 200);
  for (unsigned i = 0; i < 200; ++i) {
    ask("wrong-key-wrong-key", attacker);
    ask("wrong-key-wrong-key", known);
  }
  EXPECT_EQ(api.failures.wrong(), 23U + 200U);
  EXPECT_EQ(ask(own, attacker).status, 429);
  EXPECT_EQ(ask(testing::ApiWorld::kKey, attacker).status, 429);
  EXPECT_EQ(ask(own, known).status, 200);
  EXPECT_EQ(ask(own, neighbour).status, 200);
  api.keysClock.advance(1s);
  EXPECT_EQ(ask(own, attacker).status, 200) << "it has a look again";
}

TEST_F(LimitedApi, AKeyInAMountsQueryIsThrottledLikeAnyOther) {
  const auto own = api.create("a");
  const testing::ApiWorld::Headers attacker{{"X-Forwarded-For", "198.51.100.7"}};
  const auto open = [&](const std::string& key) {
    return api
        .ask(http::Method::get, "/socket.io/" + (key.empty() ? "" : "?apikey=" + key), "", attacker,
             "")
        .status;
  };
  for (unsigned i = 0; i < 200; ++i) open("wrong-key-wrong-key");
  EXPECT_EQ(api.failures.wrong(), 23U);
  EXPECT_EQ(open(own), 429);
  EXPECT_EQ(open(""), 200) << "without a key there is nothing to guess";
  EXPECT_TRUE(api.webMounts().last.checkKey(own).wait) << "nor inside the protocol";
  api.keysClock.advance(1s);
  EXPECT_TRUE(api.webMounts().last.checkKey(own).caller);
}

TEST_F(LimitedApi, The429TellsNoMoreOfInstancesThanThe401) {
  api.create("a");
  while (ask("wrong-key-wrong-key").status == 401) continue;
  EXPECT_EQ(ask("wrong-key-wrong-key").body,
            api.ask(http::Method::get, "/unknown/instance/connectionState", "",
                    testing::ApiWorld::Headers{}, "wrong-key-wrong-key")
                .body);
}

TEST_F(LimitedApi, ClientsOfATrustedProxyHaveALimitEach) {
  const testing::ApiWorld::Headers one{{"X-Forwarded-For", "198.51.100.7"}},
      other{{"X-Forwarded-For", "198.51.100.8"}},
      forged{{"X-Forwarded-For", "203.0.113.5, 198.51.100.7"}};
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(ask("wrong", one).status, 401);
  EXPECT_EQ(ask("wrong", forged).status, 429);
  EXPECT_EQ(ask("wrong", other).status, 401);
}

}  // namespace
}  // namespace colibri::api
