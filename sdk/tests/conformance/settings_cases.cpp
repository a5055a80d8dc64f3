#include <colibri/abi/ext/settings.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

using ::testing::HasSubstr;
using ::testing::StartsWith;

COLIBRI_CASE(COLIBRI_EXT_SETTINGS, "probe", SettingsThatArePutComeBackAsSettingsThenAsTheAnswer) {
  EXPECT_EQ(host.command("settings.get").text, "none");
  EXPECT_THAT(host.command("settings.put", R"({"a":1})").text, StartsWith(R"({"a":1} on since )"));
  EXPECT_THAT(host.command("trace").text, HasSubstr(R"(settings 1 '{"a":1}')"));
  EXPECT_THAT(host.command("settings.get").text, StartsWith(R"({"a":1} on since )"));
  EXPECT_EQ(host.command("settings.get", {}, 2).text, "none");
}

COLIBRI_CASE(COLIBRI_EXT_SETTINGS, "probe", SettingsThatAreOffAreKeptAndComeAsNothing) {
  EXPECT_THAT(host.command("settings.put", R"({"enabled":false})").text,
              StartsWith(R"({"enabled":false} off since )"));
  EXPECT_THAT(host.command("trace").text, HasSubstr("settings 1 ''\n"));
  EXPECT_THAT(host.command("settings.get").text, StartsWith(R"({"enabled":false} off)"));
}

COLIBRI_CASE(COLIBRI_EXT_SETTINGS, "probe", WhatThePluginRefusesIsNotKept) {
  EXPECT_EQ(host.command("settings.put", R"({"a":13})"),
            (Said{COLIBRI_E_INVALID_ARGUMENT, "probe.a: must not be 13"}));
  EXPECT_EQ(host.command("settings.get").text, "none");
}

COLIBRI_CASE(COLIBRI_EXT_SETTINGS, "probe", WhatTheStoreLosesIsNotKept) {
  host.failStore(true);
  EXPECT_EQ(host.command("settings.put", R"({"a":1})").status, COLIBRI_E_UNAVAILABLE);
  host.failStore(false);
  EXPECT_EQ(host.command("settings.get").text, "none");
}

COLIBRI_CASE(COLIBRI_EXT_SETTINGS, "probe", SettingsAreAnInstances) {
  EXPECT_EQ(host.command("settings.get", {}, 0).status, COLIBRI_E_NOT_FOUND);
  EXPECT_EQ(host.command("settings.put", "{}", 0).status, COLIBRI_E_NOT_FOUND);
}

}  // namespace colibri::conformance
