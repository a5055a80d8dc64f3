#include <colibri/abi/ext/event_source.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

COLIBRI_CASE(COLIBRI_EXT_EVENT_SOURCE, "probe", AnEventOfThePluginsOwnIsInTheLogOnceItIsPublished) {
  host.settings(1, R"({"a":1})");
  EXPECT_EQ(host.command("tell", "typebot.start"), (Said{COLIBRI_OK, "1"}));
  EXPECT_EQ(host.command("tell", "org.example.probe.noted"), (Said{COLIBRI_OK, "2"}));
  const auto log = host.logged(1);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].type, "typebot.start");
  EXPECT_EQ(log[1].type, "org.example.probe.noted");
}

COLIBRI_CASE(COLIBRI_EXT_EVENT_SOURCE, "probe", OnlyAnInstanceWithSettingsInForceIsThePluginsToTellOf) {
  EXPECT_EQ(host.command("tell", "typebot.start").status, COLIBRI_E_FORBIDDEN);
  EXPECT_TRUE(host.logged(1).empty());
}

COLIBRI_CASE(COLIBRI_EXT_EVENT_SOURCE, "probe", WhatTheLogDidNotKeepIsToldSo) {
  host.settings(1, R"({"a":1})");
  host.failStore(true);
  EXPECT_EQ(host.command("tell", "typebot.start").status, COLIBRI_E_UNAVAILABLE);
}

}  // namespace colibri::conformance
