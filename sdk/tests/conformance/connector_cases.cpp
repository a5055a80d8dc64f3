#include <colibri/abi/ext/connector.h>
#include <colibri/abi/ext/instance_observer.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "case.hpp"

namespace colibri::conformance {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

namespace {

/// What the probe has seen of one instance, in order; between those of others there is none.
std::string seenOf(Bench& host, const std::string& instance) {
  std::istringstream trace(host.command("trace").text);
  std::string seen;
  for (std::string line; std::getline(trace, line);)
    if ((line + ' ').find(' ' + instance + ' ') != line.npos) seen += line + '\n';
  return seen;
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_CONNECTOR, "probe", ACommandIsCompletedOrRefusedWithASentence) {
  EXPECT_EQ(host.command("trace").status, COLIBRI_OK);
  EXPECT_EQ(host.command("refuse"), (Said{COLIBRI_E_UNSUPPORTED, "nobody can do that"}));
}

COLIBRI_CASE(COLIBRI_EXT_CONNECTOR, "probe", ACancelReachesThePluginAndTheCommandStaysOpen) {
  const auto held = host.begin("hold", {}, 1);
  host.command("trace");  // the other has arrived
  host.cancel(held);
  EXPECT_TRUE(host.wait([&] { return host.command("trace").text.find("cancel\n") != std::string::npos; }));
  EXPECT_FALSE(host.completion(held));
}

COLIBRI_CASE(COLIBRI_EXT_CONNECTOR, "probe", AStateIsReportedAsTheConnectorSays) {
  host.open(1, R"({"number":"55"})");
  EXPECT_TRUE(host.wait([&] { return !host.reported().empty(); }));
  EXPECT_THAT(host.reported(), ::testing::ElementsAre(Pair(1, COLIBRI_INSTANCE_OPEN)));
  EXPECT_THAT(host.command("trace").text, HasSubstr(R"(open shop {"number":"55"})"));
}

COLIBRI_CASE(COLIBRI_EXT_CONNECTOR, "probe", APublicationIsInTheLogOnceItIsPublished) {
  EXPECT_EQ(host.command("publish", R"({"id":"1"})"), (Said{COLIBRI_OK, "1"}));
  EXPECT_EQ(host.command("publish", R"({"id":"2"})"), (Said{COLIBRI_OK, "2"}));
  const auto log = host.logged(1);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].type, "call");
  EXPECT_EQ(log[0].chat, "chat");
  EXPECT_EQ(log[1].body, R"({"id":"2"})");
  EXPECT_THAT(host.logged(2), IsEmpty());
}

COLIBRI_CASE(COLIBRI_EXT_CONNECTOR, "probe", EventsAndOperationsAreOneCommit) {
  EXPECT_EQ(host.command("publish.put", R"({"id":"1"})").status, COLIBRI_OK);
  EXPECT_EQ(host.command("kv.get", "published").text, R"({"id":"1"})");
  host.failStore(true);
  EXPECT_EQ(host.command("publish.put", R"({"id":"2"})").status, COLIBRI_E_UNAVAILABLE);
  host.failStore(false);
  EXPECT_EQ(host.command("kv.get", "published").text, R"({"id":"1"})");
}

COLIBRI_CASE(COLIBRI_EXT_CONNECTOR, "probe", AFullLogIsBusyAndSaysWhenThereIsRoom) {
  host.fillLog(true);
  EXPECT_EQ(host.command("publish", "{}").status, COLIBRI_E_BUSY);
  EXPECT_THAT(host.command("trace").text, ::testing::Not(HasSubstr("resume")));
  host.fillLog(false);
  EXPECT_TRUE(host.wait([&] { return host.command("trace").text.find("resume\n") != std::string::npos; }));
  EXPECT_EQ(host.command("publish", "{}").status, COLIBRI_OK);
}

COLIBRI_CASE(COLIBRI_EXT_INSTANCE_OBSERVER, "probe", StateAndSettingsComeBeforeAnythingElse) {
  host.introduce(3);
  EXPECT_EQ(host.delivered(3, R"("x")"), Ended::delivered);
  EXPECT_EQ(seenOf(host, "3"), "state 3 7 snapshot\nsettings 3 ''\ndeliver 3 \"x\"\n");
}

COLIBRI_CASE(COLIBRI_EXT_INSTANCE_OBSERVER, "probe", SettingsComeAsTheyAreAndAsNothingWhenTheyAreOff) {
  host.settings(1, R"({"a":1})");
  host.settings(1, "");
  EXPECT_THAT(seenOf(host, "1"), HasSubstr("settings 1 '{\"a\":1}'\nsettings 1 ''\n"));
}

}  // namespace colibri::conformance
