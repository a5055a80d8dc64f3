#include "event_settings/set_and_find.hpp"

#include <gmock/gmock.h>

#include <array>
#include <boost/json.hpp>
#include <colibri/sdk/plugin.hpp>

#include "event_settings/events.hpp"

namespace colibri::event_settings {
namespace {

constexpr auto kMembers = std::to_array<std::string_view>({"enabled", "events", "key"});
constexpr auto kSpellings = std::to_array<Spelling>({{"pipeEvents", "events"}});
constexpr auto kNullable = std::to_array<std::string_view>({"key"});

void keepKey(boost::json::object& wished, const boost::json::object& before, std::int64_t now) {
  if (!wished.contains("key") && before.contains("key")) wished["key"] = before.at("key");
  if (wished.contains("key") && wished["key"].is_null()) wished["key"] = now;
}

constexpr Form kForm{.alias = "pipe",
                     .members = kMembers,
                     .spellings = kSpellings,
                     .nullable = kNullable,
                     .carryOver = keepKey};

boost::json::value settings(std::string_view body, bool v2 = false, std::string_view before = {}) {
  return boost::json::parse(settingsOfBody(kForm, body, v2, before, 7));
}

TEST(SetAndFind, TheObjectAndItsMembersAloneMeanTheSame) {
  const auto expected = boost::json::parse(R"({"enabled":true,"events":["CALL"]})");
  for (const auto* body :
       {R"({"pipe":{"enabled":true,"events":["CALL"]}})", R"({"enabled":true,"events":["CALL"]})",
        R"({"pipe":{"enabled":true,"pipeEvents":["CALL"],"other":null}})"})
    EXPECT_EQ(settings(body), expected) << body;
}

TEST(SetAndFind, V2BodiesMaySpeakOfMoreAndNativeOnesMayNot) {
  const auto* body = R"({"pipe":{"enabled":true},"rejectCall":true})";
  EXPECT_EQ(settings(body, true), boost::json::parse(R"({"enabled":true})"));
  EXPECT_THROW(settings(body), sdk::Error);
  EXPECT_EQ(settings(R"({"enabled":true,"rejectCall":true})", true),
            boost::json::parse(R"({"enabled":true})"));
}

TEST(SetAndFind, WhatIsDisabledNeedsNothingElse) {
  EXPECT_EQ(settings(R"({"enabled":false,"events":["CALL"]})", true),
            boost::json::parse(R"({"enabled":false,"events":[]})"));
  EXPECT_EQ(settings(R"({"enabled":false,"events":""})"),
            boost::json::parse(R"({"enabled":false})"));
}

TEST(SetAndFind, APluginCompletesWhatACallerCannotSendBack) {
  const auto* before = R"({"enabled":true,"key":"k"})";
  EXPECT_EQ(settings(R"({"enabled":true})", false, before).at("key"), "k");
  EXPECT_EQ(settings(R"({"enabled":true,"key":"n"})", false, before).at("key"), "n");
  EXPECT_EQ(settings(R"({"key":null})", false, before).at("key"), boost::json::value(7))
      << "its null means something";
}

TEST(SetAndFindAttack, ABodyOfChosenKeysIsRefusedWithTheLimit) {
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

TEST(SetAndFind, SwitchesChooseWhatIsTrueOrAllButWhatIsFalse) {
  const auto read = [](std::string_view text) {
    return readSwitches(boost::json::parse({text.data(), text.size()}).as_object());
  };
  using ::testing::Contains;
  EXPECT_EQ(read("{}").size(), 31U);
  EXPECT_THAT(read(R"({"CALL":true,"MESSAGES_SET":false})"), ::testing::ElementsAre("call"));
  EXPECT_THAT(read(R"({"CALL":false})"),
              ::testing::AllOf(::testing::SizeIs(30), ::testing::Not(Contains("call"))));
  EXPECT_THAT(read(R"({"GROUP_UPDATE":true,"GROUPS_UPDATE":true})"),
              ::testing::ElementsAre("groups.update"));
  for (const auto* bad : {R"({"NOPE":true})", R"({"CALL":1})"})
    EXPECT_THROW(read(bad), sdk::Error) << bad;
}

TEST(SetAndFind, EventsAreNamesAndEachCountsOnce) {
  const auto read = [](std::string_view text) {
    return readEvents(boost::json::parse({text.data(), text.size()}).as_array());
  };
  EXPECT_THAT(read(R"(["GROUP_UPDATE","CALL","GROUPS_UPDATE"])"),
              ::testing::ElementsAre("groups.update", "call"));
  for (const auto* bad : {R"(["NOPE"])", R"([1])", R"(["call"])"})
    EXPECT_THROW(read(bad), sdk::Error) << bad;
}

}  // namespace
}  // namespace colibri::event_settings
