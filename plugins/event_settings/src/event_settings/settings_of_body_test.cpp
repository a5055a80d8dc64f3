#include "event_settings/settings_of_body.hpp"

#include <gmock/gmock.h>

#include <array>
#include <boost/json.hpp>
#include <colibri/sdk/plugin.hpp>

namespace colibri::event_settings {
namespace {

constexpr auto kMembers = std::to_array<std::string_view>({"enabled", "events", "key"});
constexpr auto kSpellings = std::to_array<Spelling>({{"pipeEvents", "events"}});
constexpr auto kNullable = std::to_array<std::string_view>({"key"});

void keepKey(boost::json::object& wished, const boost::json::object& before, std::int64_t now) {
  if (!wished.contains("key") && before.contains("key")) wished["key"] = before.at("key");
  if (wished.contains("key") && wished["key"].is_null()) wished["key"] = now;
}

constexpr auto kUpserted = std::to_array<std::string_view>({"enabled", "events"});

constexpr Form kForm{.alias = "pipe",
                     .members = kMembers,
                     .upserted = kUpserted,
                     .spellings = kSpellings,
                     .nullable = kNullable,
                     .carryOver = keepKey};

boost::json::value settings(std::string_view body, bool v2 = false, std::string_view before = {}) {
  return boost::json::parse(settingsOfBody(kForm, body, v2, before, 7));
}

TEST(SettingsOfBody, TheObjectAndItsMembersAloneMeanTheSame) {
  const auto expected = boost::json::parse(R"({"enabled":true,"events":["CALL"]})");
  for (const auto* body :
       {R"({"pipe":{"enabled":true,"events":["CALL"]}})", R"({"enabled":true,"events":["CALL"]})",
        R"({"pipe":{"enabled":true,"pipeEvents":["CALL"],"other":null}})"})
    EXPECT_EQ(settings(body), expected) << body;
}

TEST(SettingsOfBody, BesideTheObjectNothingCounts) {
  EXPECT_EQ(settings(R"({"pipe":{"enabled":true,"events":["CALL"]},"enabled":false})", true),
            boost::json::parse(R"({"enabled":true,"events":["CALL"]})"));
}

TEST(SettingsOfBody, OursWinsOverAnotherSpellingUnlessItIsNull) {
  EXPECT_EQ(settings(R"({"events":["CALL"],"pipeEvents":[]})").at("events"),
            boost::json::parse(R"(["CALL"])"));
  EXPECT_EQ(settings(R"({"pipe":{"events":null,"pipeEvents":["CALL"]}})").at("events"),
            boost::json::parse(R"(["CALL"])"));
}

TEST(SettingsOfBody, NoEventsAreAllOfThemByNameUnderV2AndStayNoneNatively) {
  for (const auto* body : {R"({"enabled":true,"events":[]})", R"({"enabled":true})"}) {
    const auto events = settings(body, true).at("events").as_array();
    ASSERT_EQ(events.size(), 31U) << body;
    EXPECT_EQ(events.front(), "APPLICATION_STARTUP");
    EXPECT_EQ(events.at(20), "GROUP_UPDATE") << "its name there; GROUPS_UPDATE is another of it";
    EXPECT_EQ(events.back(), "LOGOUT_INSTANCE");
  }
  EXPECT_EQ(settings(R"({"events":[]})").at("events"), boost::json::array());
}

TEST(SettingsOfBody, AV2CallerChangesWhatHeNamesAndANativeOneReplacesAll) {
  const auto* before = R"({"enabled":false,"events":["CALL"]})";
  EXPECT_EQ(settings(R"({"enabled":true})", true, before),
            boost::json::parse(R"({"enabled":true,"events":["CALL"]})"));
  EXPECT_EQ(settings(R"({"events":["CALL"]})", true, before),
            boost::json::parse(R"({"enabled":false,"events":[]})"))
      << "what is off has no events there";
  EXPECT_EQ(settings(R"({"enabled":true})", false, before),
            boost::json::parse(R"({"enabled":true})"));
}

TEST(SettingsOfBody, WhatIsDisabledNeedsNothingElse) {
  EXPECT_EQ(settings(R"({"enabled":false,"events":["CALL"]})", true),
            boost::json::parse(R"({"enabled":false,"events":[]})"));
  EXPECT_EQ(settings(R"({"enabled":false,"events":""})"),
            boost::json::parse(R"({"enabled":false})"));
}

TEST(SettingsOfBody, APluginCompletesWhatACallerCannotSendBack) {
  const auto* before = R"({"enabled":true,"key":"k"})";
  EXPECT_EQ(settings(R"({"enabled":true})", false, before).at("key"), "k");
  EXPECT_EQ(settings(R"({"enabled":true,"key":"n"})", false, before).at("key"), "n");
  EXPECT_EQ(settings(R"({"key":null})", false, before).at("key"), boost::json::value(7))
      << "its null means something";
}

TEST(SettingsOfBodyAttack, ABodyOfChosenKeysIsRefusedWithTheLimit) {
  std::string body = R"({"enabled":true)";
  for (int i = 0; i < 256; ++i) body += ",\"k" + std::to_string(i) + "\":null";
  try {
    settings(body + "}", true);
    FAIL() << "it was taken";
  } catch (const sdk::Error& error) {
    EXPECT_STREQ(error.what(),
                 "not a JSON object that is read: it has an object of more than 256 members");
  }
}

}  // namespace
}  // namespace colibri::event_settings
