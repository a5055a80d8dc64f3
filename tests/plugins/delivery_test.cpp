#include "host_fixture.hpp"

namespace colibri::plugin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = delivery::Outcome::Kind;
using Delivering = PluginHostTest;

TEST_F(Delivering, SubscriptionsReachTheDispatcherWithTheirCredit) {
  run({"probe"});
  const auto specs = lanes_.specs();
  ASSERT_EQ(specs.size(), 2u);
  EXPECT_EQ(specs[0].pluginAlias, "probe");
  EXPECT_EQ(specs[0].name, "settings");
  EXPECT_FALSE(specs[0].allInstances);
  EXPECT_EQ(specs[0].maxInFlightPerInstance, 8u);
  EXPECT_EQ(specs[0].maxInFlight, 256u);
  EXPECT_TRUE(specs[1].allInstances);
}

TEST_F(Delivering, EachAnswerIsTheOutcomeItMeans) {
  run({"probe"});
  introduce(1);
  EXPECT_EQ(kindOf(1, "{}"), Kind::ok);
  const auto down = outcome(deliver(1, R"("unavailable")"));
  EXPECT_EQ(down.kind, Kind::laneFailure);
  EXPECT_EQ(down.retryAfter, 1500ms);
  EXPECT_EQ(down.detail, "down");
  EXPECT_EQ(kindOf(1, R"("gone")"), Kind::gone);
  EXPECT_EQ(kindOf(1, R"("reject")"), Kind::eventFailure);
}

TEST_F(Delivering, AnExceptionIsAnEventFailure) {
  run({"faults"}, R"({"throw":"deliver"})");
  const auto failed = outcome(deliver(1, "{}"));
  EXPECT_EQ(failed.kind, Kind::eventFailure);
  EXPECT_EQ(failed.detail, "thrown in deliver");
}

TEST_F(Delivering, AnAnswerMayComeLater) {
  run({"probe"});
  introduce(1);
  const auto token = deliver(1, R"("keep")");
  EXPECT_THAT(trace(), HasSubstr("keep"));
  EXPECT_TRUE(lanes_.outcomes(token).empty());
  ASSERT_TRUE(command("answer"));
  EXPECT_EQ(outcome(token).kind, Kind::ok);
}

TEST_F(Delivering, TheFirstAnswerWins) {
  run({"answers"});
  EXPECT_EQ(kindOf(1, R"("twice")"), Kind::ok);
  EXPECT_EQ(kindOf(1, "{}"), Kind::ok) << "one call at a time: the one before is over";
  EXPECT_GE(only().misbehaviour, 1u);
}

TEST_F(Delivering, AReportSaysWhatTheEndpointAnswered) {
  run({"answers"});
  const auto told = outcome(deliver(1, R"("report")"));
  EXPECT_EQ(told.kind, Kind::eventFailure);
  EXPECT_EQ(told.detail, "no");
  EXPECT_EQ(told.httpStatus, 422);
  EXPECT_EQ(told.response.size(), 1024u) << "the first part of it";
  EXPECT_TRUE(told.response.starts_with("it said no"));
  EXPECT_TRUE(told.confidential);
}

TEST_F(Delivering, AReportOfAPluginThatKnowsNoFlagsIsTakenWithoutThem) {
  run({"answers"});
  const auto told = outcome(deliver(1, R"("old report")"));
  EXPECT_EQ(told.httpStatus, 422);
  EXPECT_FALSE(told.confidential) << "what lies behind a report is not looked at";
}

TEST_F(Delivering, AReportThatIsTooSmallIsTheEventsFailure) {
  run({"answers"});
  const auto told = outcome(deliver(1, R"("half a report")"));
  EXPECT_EQ(told.kind, Kind::eventFailure);
  EXPECT_EQ(told.response, "");
}

TEST_F(Delivering, AnAnswerForADeliveryOfNobodyIsCountedAndDropped) {
  run({"answers"});
  const auto token = deliver(1, R"("foreign")");
  EXPECT_EQ(outcome(token).kind, Kind::ok);
  EXPECT_TRUE(lanes_.outcomes(token + 1000).empty());
  EXPECT_EQ(only().misbehaviour, 1u);
}

TEST_F(Delivering, AnAnswerCannotBeLater) {
  run({"answers"});
  EXPECT_EQ(kindOf(1, R"("later")"), Kind::eventFailure);
}

TEST_F(Delivering, WhatIsNeverAnsweredComesBackAtStop) {
  run({"answers"});
  const auto token = deliver(1, R"("never")");
  EXPECT_EQ(kindOf(1, "{}"), Kind::ok) << "the lane goes on; the deadline is the dispatcher's";
  EXPECT_TRUE(lanes_.outcomes(token).empty());
  host_->stop();
  EXPECT_EQ(outcome(token).kind, Kind::returned);
  EXPECT_EQ(kindOf(1, "{}"), Kind::returned) << "nothing reaches a stopped plugin";
}

TEST_F(Delivering, ARevokedDeliveryIsTakenBackFromThePlugin) {
  run({"probe"});
  introduce(1);
  const auto token = deliver(1, R"("keep")");
  lanes_.sink().revoke(token, 1);
  EXPECT_THAT(trace(), HasSubstr("keep\"\nrevoke\n"));
  ASSERT_TRUE(command("answer"));
  EXPECT_TRUE(lanes_.outcomes(token).empty()) << "a late answer is ignored";
}

TEST_F(Delivering, AFailureWhileStoppingCountsAsNothing) {
  run({"probe"});
  introduce(1);
  const auto token = deliver(1, R"("keep")");
  trace();        // it has arrived
  host_->stop();  // the probe drops it unanswered in stop()
  EXPECT_EQ(outcome(token).kind, Kind::returned);
}

TEST_F(Delivering, APluginThatFailedIsALaneFailureSoItsEventsAreKept) {
  run({"faults"}, R"({"throw":"start"})");
  EXPECT_EQ(only().state, PluginState::failed);
  EXPECT_TRUE(lanes_.specs().empty());
}

TEST_F(Delivering, StateAndSettingsComeBeforeTheFirstDelivery) {
  run({"probe"});
  const auto early = deliver(1, R"("early")");  // of the lane for all instances
  instances::Transition t;
  t.state = instances::State::closed;
  t.snapshot = true;
  t.instance = 1;
  host_->observer().onTransition(t);
  EXPECT_TRUE(lanes_.outcomes(early).empty());
  change(1, R"({"a":1})");
  host_->observer().onSettingsComplete(1);
  EXPECT_EQ(outcome(early).kind, Kind::ok);
  EXPECT_THAT(trace(),
              HasSubstr("state 1 7 snapshot\nsettings 1 '{\"a\":1}'\ndeliver 1 \"early\"\n"));
}

TEST_F(Delivering, AParkedDeliveryThatIsRevokedNeverArrives) {
  run({"probe"});
  const auto early = deliver(1, R"("early")");
  lanes_.sink().revoke(early, 1);
  introduce(1);
  EXPECT_THAT(trace(), ::testing::Not(HasSubstr("early")));
}

TEST_F(Delivering, SettingsSwitchTheLanesThatWantThemOnAndOff) {
  run({"probe"});
  introduce(1, R"({"url":"x"})");
  ASSERT_TRUE(bell_.wait([&] { return lanes_.calls().size() == 2; }));
  EXPECT_THAT(lanes_.calls(), ElementsAre("filter 1 1", "enable 1 1 after 0"))
      << "the filter holds from the start";
  change(1, "");
  ASSERT_TRUE(bell_.wait([&] { return lanes_.calls().size() == 3; }));
  EXPECT_EQ(lanes_.calls().back(), "disable 1 1");
}

/// Also at a start: a crash may have come between the instance's creation and the lane's first
/// cursor.
TEST_F(Delivering, ALaneOfAnInstanceCreatedWithSettingsStartsWithItsFirstEvent) {
  run({"probe"});
  std::size_t calls = 0;
  for (const InstanceKey key : {3, 4}) {
    instances::Transition t;
    t.state = instances::State::created;
    t.snapshot = key == 4;
    t.instance = key;
    host_->observer().onTransition(t);
    change(key, R"({"url":"x"})");
    ASSERT_TRUE(bell_.wait([&] { return lanes_.calls().size() == calls + 2; }));
    const auto enabled = "enable 1 " + std::to_string(key);
    EXPECT_EQ(lanes_.calls().back(), enabled + " after 0");
    change(key, R"({"url":"y"})");
    ASSERT_TRUE(bell_.wait([&] { return lanes_.calls().size() == calls + 4; }));
    EXPECT_EQ(lanes_.calls().back(), enabled + " after 0") << "a lane that serves stays there";
    calls += 4;
  }
}

TEST_F(Delivering, WithoutSettingsThePluginHearsThatOnce) {
  run({"probe"});
  introduce(1);
  EXPECT_THAT(trace(), HasSubstr("snapshot\nsettings 1 ''\n"));
  host_->observer().onSettingsComplete(1);
  change(1, "{}", "somebody-else");
  const auto traced = trace();
  EXPECT_EQ(traced.find("settings"), traced.rfind("settings"));
}

TEST_F(Delivering, RefusedSettingsLeaveTheLaneAsItWas) {
  run({"probe"});
  introduce(1, "refuse");
  EXPECT_THAT(trace(), HasSubstr("settings 1 'refuse'"));
  EXPECT_THAT(lanes_.calls(), ::testing::IsEmpty());
}

TEST_F(Delivering, InstancesAreIndependentAndEachIsInOrder) {
  run({"probe"});
  for (InstanceKey instance = 1; instance <= 4; ++instance) introduce(instance);
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 100; ++i)
    for (InstanceKey instance = 1; instance <= 4; ++instance)
      tokens.push_back(deliver(instance, std::to_string(i)));
  for (const auto token : tokens) ASSERT_EQ(outcome(token).kind, Kind::ok);
  const auto traced = trace();
  for (InstanceKey instance = 1; instance <= 4; ++instance) {
    std::size_t at = 0;
    for (int i = 0; i < 100; ++i) {
      const auto line = "deliver " + std::to_string(instance) + " " + std::to_string(i) + "\n";
      const auto found = traced.find(line, at);
      ASSERT_NE(found, std::string::npos) << line << "is missing, or before its predecessor";
      at = found;
    }
  }
}

}  // namespace
}  // namespace colibri::plugin::testing
