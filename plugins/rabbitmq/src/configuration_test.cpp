#include "configuration.hpp"

#include <gmock/gmock.h>

#include <colibri/sdk/plugin.hpp>

#include "shared/event_names.hpp"

namespace colibri::rabbitmq {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view json) {
  try {
    parseConfiguration(json);
    return "none";
  } catch (const sdk::Error& error) {
    return error.what();
  }
}

TEST(RabbitmqConfiguration, WithoutAUriThereIsNoBroker) {
  for (const auto* json : {"{}", R"({"uri":""})", R"({"enabled":false,"uri":"amqp://h"})",
                           R"({"enabled":false,"uri":"amqp://h","global":{"enabled":true}})"}) {
    const auto configuration = parseConfiguration(json);
    EXPECT_FALSE(configuration.broker) << json;
    EXPECT_FALSE(configuration.global) << json;
  }
  EXPECT_TRUE(parseConfiguration(R"({"uri":"amqp://h"})").broker);
}

TEST(RabbitmqConfiguration, GlobalHasAnExchangeAPrefixAndItsEvents) {
  const auto global = parseConfiguration(
                          R"({"uri":"amqp://h","exchange_name":"evolution","prefix_key":"pre",
                              "global":{"enabled":true,"events":{"CALL":true,"GROUP_UPDATE":true}}})")
                          .global;
  ASSERT_TRUE(global);
  EXPECT_THAT(global->events, ::testing::UnorderedElementsAre("call", "groups.update"));
  EXPECT_EQ(global->routeOf("call"), (Route{"evolution", "pre.call", "call"}));
  std::string off;
  for (const auto& name : shared::kEventNames)
    off.append(off.empty() ? "{" : ",").append("\"").append(name.filter).append("\":false");
  EXPECT_FALSE(
      parseConfiguration(R"({"uri":"amqp://h","global":{"enabled":true,"events":)" + off + "}}}")
          .global)
      << "an empty list of events would mean all";
  const auto plain = parseConfiguration(R"({"uri":"amqp://h","global":{"enabled":true}})").global;
  EXPECT_EQ(plain->events.size(), 34U);
  EXPECT_EQ(plain->routeOf("call"), (Route{"evolution_exchange", "call", "call"}));
}

TEST(RabbitmqConfiguration, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal(R"({"uri":"amqp:/h"})"), HasSubstr("uri: must begin with"));
  EXPECT_THAT(refusal(R"({"global":{"enabled":true}})"), HasSubstr("uri: is missing"));
  EXPECT_THAT(refusal(R"({"url":"amqp://h"})"), HasSubstr("url: unknown key"));
  EXPECT_THAT(refusal(R"({"frame_max":100})"), HasSubstr("frame_max: must be"));
  EXPECT_THAT(refusal(R"({"uri":"amqp://h","prefix_key":")" + std::string(250, 'p') +
                      R"(","global":{"enabled":true}})"),
              HasSubstr("prefix_key: the name of the queue"));
}

}  // namespace
}  // namespace colibri::rabbitmq
