// What needs no broker; tests/e2e/rabbitmq.test.mjs has the rest.
#include "rabbitmq_plugin.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <colibri/testing/fake_host.hpp>

#include "event_settings/testing_ask.hpp"

namespace colibri::rabbitmq {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::makeEvent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kNobodyThere = R"({"uri":"amqp://me:hunter2@127.0.0.1:1"})";

class RabbitmqPluginTest : public ::testing::Test {
 public:
  ~RabbitmqPluginTest() override { EXPECT_THAT(host_.violations(), IsEmpty()); }

 protected:
  void begin(const std::string& config = kNobodyThere) {
    ASSERT_EQ(host_.load(config), COLIBRI_OK) << host_.error();
    ASSERT_EQ(host_.start(), COLIBRI_OK) << host_.error();
  }
  colibri::testing::RouteReply set(std::string body, bool v2 = false) {
    return event_settings::askSet(host_, std::move(body), v2);
  }

  FakeHost host_{sdk::detail::Adapter<RabbitmqPlugin>::kDescriptor};
};

TEST_F(RabbitmqPluginTest, SubscribesToAllEventsOfInstancesThatHaveSettings) {
  begin();
  const auto subscriptions = host_.subscriptions();
  ASSERT_EQ(subscriptions.size(), 1U);
  EXPECT_EQ(subscriptions[0].name, "events");
  EXPECT_EQ(boost::json::parse(subscriptions[0].filter).at("types").as_array().size(), 34U);
  EXPECT_EQ(subscriptions[0].flags, 0U);
  EXPECT_EQ(subscriptions[0].ackTimeoutMs, 60'000U);
}

TEST_F(RabbitmqPluginTest, GlobalIsASubscriptionOfItsOwnToAllInstances) {
  begin(R"({"uri":"amqp://127.0.0.1:1","global":{"enabled":true,"events":{"CALL":true}}})");
  const auto subscriptions = host_.subscriptions();
  ASSERT_EQ(subscriptions.size(), 2U);
  EXPECT_EQ(subscriptions[0].name, "global");
  EXPECT_EQ(subscriptions[0].flags, std::uint32_t{COLIBRI_SUB_F_ALL_INSTANCES});
  EXPECT_EQ(subscriptions[0].filter, R"({"types":["call"]})");
}

TEST_F(RabbitmqPluginTest, SettingsSetTheLanesFilterAlsoThoseThatCameBeforeTheStart) {
  ASSERT_EQ(host_.load(kNobodyThere), COLIBRI_OK) << host_.error();
  ASSERT_EQ(host_.settings(7, R"({"enabled":true,"events":["CALL"]})"), COLIBRI_OK);
  ASSERT_EQ(host_.start(), COLIBRI_OK) << host_.error();
  EXPECT_EQ(host_.filter(1, 7), R"({"types":["call"]})");
  ASSERT_EQ(host_.settings(1, R"({"events":["GROUP_UPDATE","GROUPS_UPDATE"]})"), COLIBRI_OK);
  EXPECT_EQ(host_.filter(1, 1), R"({"types":["groups.update"]})");
  ASSERT_EQ(host_.settings(1, R"({"events":[]})"), COLIBRI_OK);
  EXPECT_EQ(host_.filter(1, 1), "") << "all: the subscription's";
  EXPECT_EQ(host_.settings(1, R"({"events":["NOPE"]})"), COLIBRI_E_INVALID_ARGUMENT);
}

TEST_F(RabbitmqPluginTest, WithoutABrokerNothingCanBeEnabled) {
  begin("{}");
  EXPECT_THAT(host_.subscriptions(), IsEmpty());
  EXPECT_EQ(host_.logs().at(0).level, COLIBRI_LOG_INFO);
  EXPECT_EQ(host_.settings(1, R"({"enabled":true})"), COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host_.settings(1, R"({"enabled":false})"), COLIBRI_OK);
  for (const bool v2 : {false, true}) {
    const auto refused = set(R"({"rabbitmq":{"enabled":true}})", v2);
    EXPECT_EQ(refused.status, 400U);
    EXPECT_THAT(refused.body, HasSubstr("rabbitmq.enabled: must be false: RabbitMQ is disabled"));
  }
  EXPECT_EQ(set(R"({"enabled":false})").status, 201U);
}

TEST_F(RabbitmqPluginTest, NoEventsOfAV2CallerAreAllOfThemByName) {
  begin();
  const auto row = boost::json::parse(set(R"({"rabbitmq":{"enabled":true}})", true).body);
  EXPECT_EQ(row.at("events").as_array().size(), 31U);
}

TEST_F(RabbitmqPluginTest, AV2CallerWhoDisablesClearsTheEvents) {
  begin();
  EXPECT_EQ(set(R"({"rabbitmq":{"enabled":true,"events":["CALL"]}})", true).status, 201U);
  const auto row =
      boost::json::parse(set(R"({"rabbitmq":{"enabled":false,"events":["CALL"]}})", true).body);
  EXPECT_EQ(row.at("enabled"), false);
  EXPECT_EQ(row.at("events"), boost::json::array());
}

TEST_F(RabbitmqPluginTest, AnEventWhoseQueueCannotHaveItsNameIsItsOwnTrouble) {
  begin();
  const auto outcome =
      host_.outcome(host_.deliver(makeEvent({.instanceName = std::string(255, 'x')})));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, COLIBRI_E_REJECTED);
  EXPECT_THAT(outcome->detail, HasSubstr("255 bytes"));
}

TEST_F(RabbitmqPluginTest, ExpiredEventsAreAcknowledgedAndCounted) {
  begin();
  const auto token =
      host_.deliver(makeEvent({.type = "qrcode.updated", .expiresAtUs = host_.nowUs() - 1}));
  EXPECT_EQ(host_.outcome(token)->status, COLIBRI_OK);
  host_.stop();
  EXPECT_EQ(host_.logs().back().fields.at("count"), "1");
}

TEST_F(RabbitmqPluginTest, WhatWaitsForTheBrokerIsReturnedByRevokeAndStop) {
  begin();
  const auto revoked = host_.deliver(makeEvent()), waits = host_.deliver(makeEvent({.chat = "b"}));
  host_.revoke(revoked);
  EXPECT_EQ(host_.outcome(revoked)->status, COLIBRI_E_CANCELLED);
  EXPECT_FALSE(host_.outcome(waits)) << "it waits";
  ASSERT_EQ(host_.stop(), COLIBRI_OK);
  EXPECT_EQ(host_.outcome(waits)->status, COLIBRI_E_SHUTTING_DOWN);
  EXPECT_EQ(host_.outcome(revoked)->status, COLIBRI_E_CANCELLED);
}

TEST_F(RabbitmqPluginTest, NoSecretReachesTheLog) {
  begin();
  ASSERT_TRUE(host_.waitFor([&] { return !host_.logs().empty(); }));
  host_.stop();
  for (const auto& line : host_.logs())
    for (const auto& [key, value] : line.fields)
      EXPECT_THAT(line.message + value, ::testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace colibri::rabbitmq
