#include "broker_uri.hpp"

#include <gmock/gmock.h>

#include <colibri/sdk/plugin.hpp>

namespace colibri::rabbitmq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(std::string_view uri) {
  try {
    parseBrokerUri(uri);
    return "none";
  } catch (const sdk::Error& error) {
    return error.what();
  }
}

TEST(BrokerUri, WhatIsLeftOutHasTheDefaultsOfOtherClients) {
  const auto broker = parseBrokerUri("amqp://rabbit");
  EXPECT_EQ(broker.host, "rabbit");
  EXPECT_EQ(broker.port, 5672);
  EXPECT_EQ(broker.vhost, "/");
  EXPECT_EQ(broker.user, "guest");
  EXPECT_EQ(broker.password, "guest");
  EXPECT_FALSE(broker.tls);
  EXPECT_EQ(parseBrokerUri("amqp://rabbit/").vhost, "/") << "as amqplib takes it";
  EXPECT_EQ(parseBrokerUri("amqps://rabbit").port, 5671);
  EXPECT_EQ(parseBrokerUri("amqp://me@rabbit").password, "");
}

TEST(BrokerUri, EveryPartMayBeThereAndEscaped) {
  const auto broker = parseBrokerUri("amqps://us%40r:p%3A%2f%C3%A9@[::1]:99/%2Fshop%20a");
  EXPECT_TRUE(broker.tls);
  EXPECT_EQ(broker.user, "us@r");
  EXPECT_EQ(broker.password, "p:/\xc3\xa9");
  EXPECT_EQ(broker.host, "::1");
  EXPECT_EQ(broker.port, 99);
  EXPECT_EQ(broker.vhost, "/shop a");
  EXPECT_EQ(broker.shown(), "amqps://[::1]:99/shop a");
}

TEST(BrokerUri, ShowsNeitherUserNorPassword) {
  EXPECT_EQ(parseBrokerUri("amqp://me:hunter2@h/v").shown(), "amqp://h:5672/v");
}

TEST(BrokerUri, WhatIsWrongIsSaidWithoutTheSecret) {
  for (const auto* uri :
       {"", "rabbit", "http://hunter2@h", "amqp://", "amqp://hunter2:x@", "amqp://u:hunter2@h:0",
        "amqp://u:hunter2@h:65536", "amqp://u:hunter2@h:5x", "amqp://u:hunter2@h/a/b",
        "amqp://u:hunter2@h?heartbeat=1", "amqp://u:hunter2@h/#", "amqp://u:hunter2%@h",
        "amqp://u:hunter2%4@h", "amqp://u:hunter2%zz@h", "amqp://u:hunter2%00@h",
        "amqp://u:hunter2%0a@h", "amqp://u:hunter2@[::1", "amqp://u:hunter2@[::1]x"}) {
    EXPECT_THAT(refusal(uri), HasSubstr("uri: ")) << uri;
    EXPECT_THAT(refusal(uri), Not(HasSubstr("hunter2"))) << uri;
  }
  EXPECT_THAT(refusal("amqp://h/" + std::string(256, 'v')), HasSubstr("255 bytes"));
}

}  // namespace
}  // namespace colibri::rabbitmq
