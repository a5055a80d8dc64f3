#include <colibri/abi/ext/commands.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

namespace {

/// The probe's own command, once it is there.
std::uint64_t order(Bench& host, const std::string& words, std::size_t count = 1) {
  const auto token = host.begin("order", words, 1);
  EXPECT_TRUE(host.wait([&] { return host.orders().size() == count; }));
  return token;
}
Said done(Bench& host, std::uint64_t token) {
  EXPECT_TRUE(host.wait([&] { return host.completion(token).has_value(); }));
  return host.completion(token).value_or(Said{});
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_COMMANDS, "probe", ACommandGoesOutWithItsKeyAndOriginAndItsAnswerComesBack) {
  host.settings(1, R"({"a":1})");
  const auto token = order(host, R"(message.sendText|key-1|flow-3|{"number":"55"})");
  const auto sent = host.orders().at(0);
  EXPECT_EQ(sent.name, "message.sendText");
  EXPECT_EQ(sent.body, R"({"number":"55"})");
  EXPECT_THAT(sent.key, ::testing::EndsWith("key-1"));
  EXPECT_EQ(sent.origin, "probe/flow-3");
  host.answerOrder(0, {COLIBRI_OK, R"({"key":{}})"}, "3EB0");
  EXPECT_EQ(done(host, token), (Said{COLIBRI_OK, R"(3EB0 {"key":{}})"}));
}

COLIBRI_CASE(COLIBRI_EXT_COMMANDS, "probe", WithoutKeyAndOriginItIsJustThePlugins) {
  host.settings(1, R"({"a":1})");
  order(host, "chat.markMessageAsRead|||{}");
  EXPECT_EQ(host.orders().at(0), (Ordered{"chat.markMessageAsRead", "{}", "", "probe"}));
}

COLIBRI_CASE(COLIBRI_EXT_COMMANDS, "probe", ACommandThatFailedSaysWhy) {
  host.settings(1, R"({"a":1})");
  const auto token = order(host, "message.sendText|||{}");
  host.answerOrder(0, {COLIBRI_E_UNAVAILABLE, "not connected"}, "");
  EXPECT_EQ(done(host, token), (Said{COLIBRI_E_UNAVAILABLE, "not connected"}));
}

COLIBRI_CASE(COLIBRI_EXT_COMMANDS, "probe", OnlyAnInstanceWithSettingsInForceIsThePluginsToCommand) {
  EXPECT_EQ(host.command("order", "message.sendText|||{}").status, COLIBRI_E_FORBIDDEN);
  host.settings(1, R"({"a":1})");
  host.settings(1, "");
  EXPECT_EQ(host.command("order", "message.sendText|||{}").status, COLIBRI_E_FORBIDDEN);
  EXPECT_TRUE(host.orders().empty());
}

COLIBRI_CASE(COLIBRI_EXT_COMMANDS, "probe", TextsOfACommandOverTheirLimitsAreRefused) {
  host.settings(1, R"({"a":1})");
  for (const auto& words :
       {std::string("|||{}"), std::string(129, 'n') + "|||{}", "a.b|" + std::string(201, 'k') + "||{}",
        "a.b||" + std::string(65, 'o') + "|{}", std::string("a.b||two words|{}")})
    EXPECT_EQ(host.command("order", words).status, COLIBRI_E_INVALID_ARGUMENT) << words;
  EXPECT_TRUE(host.orders().empty());
}

}  // namespace colibri::conformance
