// What becomes of open, close, logout and forget.
#include "plugin_fixture.hpp"

namespace colibri::baileys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Instances = PluginTest;

TEST_F(Instances, OpeningReportsEachStepAndTheAccount) {
  start(R"({"on open": [
    {"send": {"t":"state","k":"$k","state":"connecting"}},
    {"send": {"t":"state","k":"$k","state":"qr","qr":"2@abc","qrExpiresAtUs":77}},
    {"send": {"t":"state","k":"$k","state":"pairingCode","pairingCode":"ABCD1234"}},
    {"send": {"t":"state","k":"$k","state":"open","info":{"ownerJid":"55@s.whatsapp.net"}}}]})");
  ASSERT_EQ(host->open(7, R"({"number":"5511"})"), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 7)) << allLogs();
  const auto reports = host->states();
  EXPECT_THAT(states(7), ElementsAre(COLIBRI_INSTANCE_CONNECTING, COLIBRI_INSTANCE_CONNECTING,
                                     COLIBRI_INSTANCE_QR, COLIBRI_INSTANCE_PAIRING_CODE,
                                     COLIBRI_INSTANCE_OPEN));
  EXPECT_EQ(reports[2].qr, "2@abc");
  EXPECT_EQ(reports[2].qrExpiresAtUs, 77);
  EXPECT_EQ(reports[3].pairingCode, "ABCD1234");
  EXPECT_EQ(reports[4].infoJson, R"({"ownerJid":"55@s.whatsapp.net"})");
  EXPECT_THAT(allLogs(), Not(HasSubstr("2@abc")));
  EXPECT_THAT(allLogs(), Not(HasSubstr("ABCD1234")));
}

TEST_F(Instances, NoProcessRunsBeforeTheFirstInstance) {
  start("{}");
  EXPECT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(runs(), 0u);
}

TEST_F(Instances, TheBridgeIsToldWhoTheInstanceIsAndHowToPair) {
  start(R"({"on open": [{"tell": true}]})");
  ASSERT_EQ(host->open(7, R"({"number":"5511"})", {}, "sales"), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return heard("open").size() == 1; }));
  const auto open = heard("open").front();
  EXPECT_EQ(open.at("k"), "7");
  EXPECT_EQ(open.at("name"), "sales");
  EXPECT_EQ(open.at("options").at("number"), "5511");
  EXPECT_FALSE(open.at("instanceId").as_string().empty());
}

TEST_F(Instances, SettingsAreToldBeforeEachOpeningAndWhenTheyChange) {
  start(R"({"on settings": [{"tell": true}],
            "runs": {"1": {"on settings": [{"tell": true}],
                           "on submit": [{"kill": true}]}}})");
  host->settings(1, R"({"rejectCall":true})");
  openAndWait();
  ASSERT_TRUE(until([&] { return heard("settings").size() == 1; }));
  EXPECT_EQ(heard("settings")[0].at("settings"), (boost::json::object{{"rejectCall", true}}));
  host->settings(1, R"({"rejectCall":false})");
  ASSERT_TRUE(until([&] { return heard("settings").size() == 2; }));
  EXPECT_EQ(heard("settings")[1].at("settings"), (boost::json::object{{"rejectCall", false}}));
  host->submit({.messageId = "3EB0BB"});
  ASSERT_TRUE(until([&] { return heard("settings").size() == 3; })) << "the next bridge";
  host->settings(1, "");
  ASSERT_TRUE(until([&] { return heard("settings").size() == 4; }));
  EXPECT_TRUE(heard("settings")[3].at("settings").as_object().empty());
}

TEST_F(Instances, ClosingEndsInClosedAsAsked) {
  start("{}");
  openAndWait();
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(lastState()->reason, COLIBRI_OK);
  EXPECT_EQ(lastState()->retryInMs, 0u);
  openAndWait();
  EXPECT_EQ(runs(), 1u);
}

TEST_F(Instances, ACloseThatTheBridgeDoesNotConfirmEndsAtItsDeadline) {
  start(R"({"on close": []})");
  openAndWait();
  ASSERT_EQ(host->close(1, std::chrono::milliseconds(50)), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(lastState()->reason, COLIBRI_E_TIMEOUT);
}

TEST_F(Instances, AnOpenWhileACloseIsUnderWayComesAfterIt) {
  start("{}");
  openAndWait();
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2));
  EXPECT_THAT(states(), ElementsAre(COLIBRI_INSTANCE_CONNECTING, COLIBRI_INSTANCE_CONNECTING,
                                    COLIBRI_INSTANCE_OPEN, COLIBRI_INSTANCE_CLOSED,
                                    COLIBRI_INSTANCE_CONNECTING, COLIBRI_INSTANCE_CONNECTING,
                                    COLIBRI_INSTANCE_OPEN));
}

TEST_F(Instances, AnOpenWhileACloseIsUnderWayComesAfterItsDeadlineAtTheLatest) {
  start(R"({"on close": []})");
  openAndWait();
  ASSERT_EQ(host->close(1, std::chrono::milliseconds(50)), COLIBRI_OK);
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  EXPECT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2));
}

TEST_F(Instances, AnOpenWhileACloseIsUnderWaySurvivesTheEndOfItsBridge) {
  start(R"({"runs": {"1": {"on close": [{"kill": true}]}}})");
  openAndWait();
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2)) << allLogs();
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Instances, AnEndThatCrossesWithACloseIsNotTakenForItsAnswer) {
  start(R"({"on close": [
    {"send": {"t":"state","k":"$k","ask":1,"state":"closed","networkCode":440}},
    {"send": {"t":"state","k":"$k","state":"closed","detail":"as asked"}}]})");
  openAndWait();
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(lastState()->detail, "as asked");
}

TEST_F(Instances, AnEndThatCrossesWithAnOpenDoesNotEndIt) {
  start(R"({"on open": [
    {"send": {"t":"state","k":"$k","ask":1,"state":"closed","networkCode":403}},
    {"send": {"t":"state","k":"$k","state":"open"}}]})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN));
  EXPECT_EQ(count(COLIBRI_INSTANCE_CLOSED), 1u);
}

TEST_F(Instances, WhatABridgeSaysOfAnAttemptThatIsOverIsNotTakenForTheNextOne) {
  start(R"({"on close": [], "on open": [
    {"send": {"t":"state","k":"$k","ask":1,"state":"open"}},
    {"send": {"t":"state","k":"$k","state":"connecting"}}]})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN));
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CONNECTING, 1, 2)) << "all that it says of the first";
  ASSERT_EQ(host->close(1, std::chrono::milliseconds(50)), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CONNECTING, 1, 4));
  EXPECT_EQ(count(COLIBRI_INSTANCE_OPEN), 1u);
}

TEST_F(Instances, AnEndThatCrossesWithAnOpenOfAnOpenLinkIsToldAsALinkThatComesBack) {
  start(R"({"on open": [
    {"send": {"t":"state","k":"$k","state":"connecting"}},
    {"send": {"t":"state","k":"$k","ask":1,"state":"open"}}],
    "on submit": [{"send": {"t":"state","k":"1","ask":1,"state":"closed","networkCode":440}}]})");
  openAndWait();
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2));
  host->submit({.instance = 1});
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_GT(lastState()->retryInMs, 0u);
  EXPECT_EQ(lastState()->networkCode, 440);
}

TEST_F(Instances, ALogoutTakesBackAnOpenThatWaitsForAClose) {
  start(R"({"on close": []})");
  openAndWait();
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_EQ(host->logout(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT));
  openAndWait(2);
  EXPECT_EQ(lastState(1)->state, std::uint32_t{COLIBRI_INSTANCE_LOGGED_OUT});
}

TEST_F(Instances, ACloseOfALoggedOutInstanceIsAnsweredWithThat) {
  start("{}");
  ASSERT_EQ(host->logout(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT));
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT, 1, 2));
  EXPECT_EQ(count(COLIBRI_INSTANCE_CLOSED), 0u);
}

TEST_F(Instances, ALinkThatWasOpenIsOpenedAgainAsALinkedOneWithoutAPairingCode) {
  start(R"({"on open": [{"tell": "2"}, {"send": {"t":"state","k":"$k","state":"open"}}],
            "runs": {"1": {"on submit": [{"exit": 1}]}}})");
  ASSERT_EQ(host->open(1, R"({"number":"5511"})"), COLIBRI_OK);
  openAndWait(2);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1));
  host->submit({.instance = 1});
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2));
  ASSERT_TRUE(until([&] { return heard("open").size() == 4; }));
  for (const auto& open : heard("open")) {
    if (open.at("k") != "1" || open.at("ask").as_int64() == 1) continue;
    EXPECT_EQ(open.at("options"), boost::json::parse(R"({"linked":true})"));
  }
}

TEST_F(Instances, AFinalCloseOfTheNetworkKeepsItsNumberAndIsNotTriedAgain) {
  start(R"({"on open": [
    {"send": {"t":"state","k":"$k","state":"connecting"}},
    {"send": {"t":"state","k":"$k","state":"closed","networkCode":440,"detail":"replaced"}}]})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(lastState()->networkCode, 440);
  EXPECT_EQ(lastState()->reason, COLIBRI_E_CONFLICT);
  EXPECT_EQ(lastState()->detail, "replaced");
}

TEST_F(Instances, AnAttemptThatTheBridgeRepeatsItselfIsPassedOn) {
  start(R"({"on open": [
    {"send": {"t":"state","k":"$k","state":"closed","networkCode":428,"retryInMs":1500}},
    {"send": {"t":"state","k":"$k","state":"connecting"}},
    {"send": {"t":"state","k":"$k","state":"open"}}]})");
  openAndWait();
  const auto reports = host->states();
  ASSERT_EQ(reports.size(), 4u);
  EXPECT_EQ(reports[1].retryInMs, 1500u);
  EXPECT_EQ(reports[1].reason, COLIBRI_E_UNAVAILABLE);
}

TEST_F(Instances, LogoutEndsInLoggedOut) {
  start(R"({"on logout": [{"tell": true}, {"send": {"t":"state","k":"$k","state":"loggedOut"}}]})");
  openAndWait();
  ASSERT_EQ(host->logout(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT));
  ASSERT_EQ(heard("logout").size(), 1u);
  EXPECT_GT(heard("logout").front().at("deadlineMs").as_int64(), 0);
}

TEST_F(Instances, ALinkThatIsLostWhileItIsLoggedOutIsToldAsLost) {
  start(R"({"on logout": [
    {"send": {"t":"state","k":"$k","state":"closed","networkCode":428,"retryInMs":1500}}]})");
  openAndWait();
  ASSERT_EQ(host->logout(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(lastState()->reason, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(lastState()->retryInMs, 1500u);
}

TEST_F(Instances, LogoutOfAnInstanceThatRestsStartsABridgeForIt) {
  start("{}");
  ASSERT_EQ(host->logout(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT)) << allLogs();
  EXPECT_EQ(runs(), 1u);
}

TEST_F(Instances, ALogoutThatTheBridgeDoesNotEndDeletesTheCredentialsAllTheSame) {
  start(R"({"on logout": [], "on forget": [
      {"send": {"t":"kv.write","id":"1","k":"$k","ops":[{"key":"creds","n":3}]}, "tail": "old"}],
    "on kv.result": [{"tell": "2"}]})");
  auto& store = *host->store();
  store.put(1, "creds", "secret");
  for (int i = 0; i < 2500; ++i) store.put(1, "key/session/" + std::to_string(i), "secret");
  store.put(1, "sent/1", "message");
  store.put(1, "pending/a", "message");
  for (const auto* kind : {"creds", "key", "sent", "pending"}) {
    store.put(1, "parts/" + std::string(kind) + "/x.1/000000", "part");
  }
  openAndWait(2);
  openAndWait(1);
  ASSERT_EQ(host->logout(1, std::chrono::milliseconds(50)), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT));
  const auto left = store.entries(1, host->nowUs());
  EXPECT_EQ(left.size(), 2u);
  EXPECT_TRUE(left.contains("pending/a"));
  EXPECT_TRUE(left.contains("parts/pending/x.1/000000")) << "a message lies there, not a key";
  ASSERT_TRUE(until([&] { return heard("kv.result").size() == 1; })) << allLogs();
  EXPECT_EQ(heard("kv.result").front().at("status"), COLIBRI_E_NOT_FOUND)
      << "a bridge that wakes up late cannot bring the credentials back";
  EXPECT_FALSE(store.get(1, "creds", host->nowUs()));
}

TEST_F(Instances, CredentialsAreDeletedEvenIfTheStoreIsFullAtFirst) {
  start(R"({"on logout": []})");
  host->store()->put(1, "creds", "secret");
  openAndWait();
  host->refuseKv(COLIBRI_E_BUSY);
  ASSERT_EQ(host->logout(1, std::chrono::milliseconds(50)), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return logged("could not be deleted"); }));
  EXPECT_EQ(count(COLIBRI_INSTANCE_LOGGED_OUT), 0u);
  host->refuseKv(COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT));
  EXPECT_FALSE(host->store()->get(1, "creds", host->nowUs()));
}

TEST_F(Instances, ALogoutSurvivesTheEndOfItsBridge) {
  start(R"({"on logout": [{"send": {"t":"state","k":"$k","state":"loggedOut"}}],
            "runs": {"1": {"on logout": [{"kill": true}]}}})");
  openAndWait();
  ASSERT_EQ(host->logout(1, std::chrono::seconds(60)), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_LOGGED_OUT));
  EXPECT_EQ(runs(), 2u);
  EXPECT_EQ(count(COLIBRI_INSTANCE_ERROR), 1u) << "meanwhile there is no link";
}

TEST_F(Instances, ForgettingDropsEverythingAndTellsTheBridge) {
  start(R"({"on forget": [{"send": {"t":"state","k":"$k","state":"open"}}, {"tell": "2"}]})");
  openAndWait(1);
  openAndWait(2);
  ASSERT_EQ(host->forget(1), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return heard("forget").size() == 1; }));
  EXPECT_EQ(count(COLIBRI_INSTANCE_OPEN, 1), 1u) << "what it still says of it is not passed on";
  EXPECT_EQ(host->submit({.instance = 1}).status, COLIBRI_E_UNAVAILABLE);
}

}  // namespace
}  // namespace colibri::baileys
