#include "event_settings/events.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <colibri/sdk/plugin.hpp>

namespace colibri::event_settings {
namespace {

TEST(Events, SwitchesChooseWhatIsTrueOrAllButWhatIsFalse) {
  const auto read = [](std::string_view text) {
    return readSwitches(boost::json::parse({text.data(), text.size()}).as_object());
  };
  using ::testing::Contains;
  EXPECT_EQ(read("{}").size(), 34U);
  EXPECT_THAT(read(R"({"CALL":true,"MESSAGES_SET":false})"), ::testing::ElementsAre("call"));
  EXPECT_THAT(read(R"({"CALL":false})"),
              ::testing::AllOf(::testing::SizeIs(33), ::testing::Not(Contains("call"))));
  EXPECT_THAT(read(R"({"GROUP_UPDATE":true,"GROUPS_UPDATE":true})"),
              ::testing::ElementsAre("groups.update"));
  for (const auto* bad : {R"({"NOPE":true})", R"({"CALL":1})"})
    EXPECT_THROW(read(bad), sdk::Error) << bad;
}

TEST(Events, EventsAreNamesAndEachCountsOnce) {
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
