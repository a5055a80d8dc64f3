#include <colibri/abi/ext/instances.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

namespace {

std::uint64_t ask(Bench& host, unsigned what, std::size_t count) {
  const auto token = host.begin("ask", std::to_string(what), 1);
  EXPECT_TRUE(host.wait([&] { return host.questions().size() == count; }));
  return token;
}
Said done(Bench& host, std::uint64_t token) {
  EXPECT_TRUE(host.wait([&] { return host.completion(token).has_value(); }));
  return host.completion(token).value_or(Said{});
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_INSTANCES, "probe", EveryQuestionIsAskedAndAnsweredWithTheInstanceAsItIs) {
  host.settings(1, R"({"a":1})");
  for (const unsigned what :
       {COLIBRI_ASK_STATE, COLIBRI_ASK_CONNECT, COLIBRI_ASK_RESTART, COLIBRI_ASK_LOGOUT}) {
    const auto token = ask(host, what, what + 1);
    EXPECT_EQ(host.questions().back(), std::pair(std::uint64_t{1}, what));
    host.answerQuestion(what, {COLIBRI_OK, "shop"}, COLIBRI_INSTANCE_OPEN);
    EXPECT_EQ(done(host, token), (Said{COLIBRI_OK, "shop " + std::to_string(COLIBRI_INSTANCE_OPEN)}));
  }
}

COLIBRI_CASE(COLIBRI_EXT_INSTANCES, "probe", AQuestionThatFailedSaysWhy) {
  host.settings(1, R"({"a":1})");
  const auto token = ask(host, COLIBRI_ASK_CONNECT, 1);
  host.answerQuestion(0, {COLIBRI_E_TIMEOUT, "there was no QR code in time"}, 0);
  EXPECT_EQ(done(host, token), (Said{COLIBRI_E_TIMEOUT, "there was no QR code in time"}));
}

COLIBRI_CASE(COLIBRI_EXT_INSTANCES, "probe", OnlyAnInstanceWithSettingsInForceIsThePluginsToOperate) {
  EXPECT_EQ(host.command("ask", std::to_string(COLIBRI_ASK_LOGOUT)).status, COLIBRI_E_FORBIDDEN);
  EXPECT_TRUE(host.questions().empty());
}

COLIBRI_CASE(COLIBRI_EXT_INSTANCES, "probe", ThereIsNoOtherQuestion) {
  host.settings(1, R"({"a":1})");
  EXPECT_EQ(host.command("ask", "4").status, COLIBRI_E_INVALID_ARGUMENT);
}

}  // namespace colibri::conformance
