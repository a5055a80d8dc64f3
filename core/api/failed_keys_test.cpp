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
  for (unsigned i = 0; i < times; ++i) passed += !keys.count(at(address));
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
  EXPECT_EQ(keys.count(at("198.51.100.7")), 10s);
  clock.advance(9s);
  EXPECT_EQ(keys.count(at("198.51.100.7")), 1s);
  clock.advance(1s);
  EXPECT_EQ(keys.count(at("198.51.100.7")), std::nullopt);
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
  EXPECT_EQ(keys.failed(), 1000U);
  EXPECT_EQ(keys.limited(), 0U);
}

TEST_F(FailedKeysTest, TheOldestAddressIsForgottenWhenThereAreTooMany) {
  FailedKeys keys(clock, {.perMinute = 1, .addresses = 100});
  EXPECT_EQ(within(keys, "198.51.100.7", 2), 1U);
  for (unsigned i = 0; i < 99; ++i) keys.count(net::IpAddress::v4(0x0a000000U + i));
  EXPECT_EQ(within(keys, "198.51.100.7", 2), 0U) << "it is still remembered, and now the latest";
  for (unsigned i = 0; i < 10'000; ++i) keys.count(net::IpAddress::v4(0x0b000000U + i));
  EXPECT_EQ(keys.addresses(), 100U);
  EXPECT_EQ(within(keys, "198.51.100.7", 2), 1U);
}

TEST_F(FailedKeysTest, WhatWasCountedAndRefusedIsKnown) {
  FailedKeys keys(clock, {.perMinute = 2});
  within(keys, "198.51.100.7", 5);
  EXPECT_EQ(keys.failed(), 5U);
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
