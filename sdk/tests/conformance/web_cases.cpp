#include <colibri/abi/ext/event_log.h>
#include <colibri/abi/ext/websocket_routes.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

COLIBRI_CASE(COLIBRI_EXT_WEBSOCKET_ROUTES, "sockets", AConnectionCarriesMessagesBothWays) {
  const auto client = host.connect(0, {}), other = host.connect(0, {});
  EXPECT_EQ(host.answerTo(client, "echo hello"), "hello");
  EXPECT_EQ(host.answerTo(client, "all together"), "together");
  EXPECT_TRUE(host.wait([&] { return host.heard(other) == std::vector<std::string>{"together"}; }));
}

COLIBRI_CASE(COLIBRI_EXT_WEBSOCKET_ROUTES, "sockets", AnUpgradeMayBeRefusedWithASentence) {
  const auto client = host.connect(0, std::to_string(COLIBRI_E_FORBIDDEN));
  EXPECT_EQ(host.refused(client), (Said{COLIBRI_E_FORBIDDEN, "not you"}));
}

COLIBRI_CASE(COLIBRI_EXT_WEBSOCKET_ROUTES, "sockets", AConnectionIsClosedWithItsCodeAndThePluginHearsOfIt) {
  const auto client = host.connect(0, {}), other = host.connect(0, {});
  EXPECT_EQ(host.closeCode(client), 0U);
  host.say(client, "close");
  EXPECT_TRUE(host.wait([&] { return host.closeCode(client) == 4000; }));
  EXPECT_TRUE(host.wait([&] { return host.answerTo(other, "state").find("open 1 ") == 0; }));
}

COLIBRI_CASE(COLIBRI_EXT_WEBSOCKET_ROUTES, "sockets", AKeyInsideAProtocolIsTheHostsToJudge) {
  const auto client = host.connect(0, {});
  EXPECT_EQ(host.answerTo(client, "key right"), std::to_string(COLIBRI_OK) + " 1");
  EXPECT_EQ(host.answerTo(client, "key wrong"), std::to_string(COLIBRI_E_UNAUTHENTICATED) + " 0");
}

COLIBRI_CASE(COLIBRI_EXT_WEBSOCKET_ROUTES, "sockets", ARawRequestIsAnsweredAtOnceOrLaterOrRefused) {
  EXPECT_EQ(host.askedRaw("say", "hello"), (Said{200, "hello"}));
  EXPECT_EQ(host.askedRaw("late"), (Said{202, "late"}));
  EXPECT_EQ(host.askedRaw("throw").text, "who are you");
}

COLIBRI_CASE(COLIBRI_EXT_EVENT_LOG, "sockets", AReadGoesOnWhereTheLastOneEnded) {
  host.keepLog({{1, "call"}, {2, "messages.upsert"}, {3, "call"}, {4, "call"}});
  const auto client = host.connect(0, {});
  EXPECT_EQ(host.answerTo(client, "log 0"), "0 next 3 head 4 first 1: 1 3");
  EXPECT_EQ(host.answerTo(client, "log 3"), "0 next 4 head 4 first 1: 4");
  EXPECT_EQ(host.answerTo(client, "log 4"), "0 next 4 head 4 first 1:");
}

COLIBRI_CASE(COLIBRI_EXT_EVENT_LOG, "sockets", AReadThatFailsIsUnavailableAndLosesNoPlace) {
  host.keepLog({{1, "call"}});
  host.failStore(true);
  const auto client = host.connect(0, {});
  EXPECT_EQ(host.answerTo(client, "log 0").find(std::to_string(COLIBRI_E_UNAVAILABLE) + " next 0 "), 0U);
  host.failStore(false);
  EXPECT_EQ(host.answerTo(client, "log 0"), "0 next 1 head 1 first 1: 1");
}

}  // namespace colibri::conformance
