// Commands: handed over, answered, and what becomes of them when their bridge dies.
#include "plugin_fixture.hpp"

namespace colibri::baileys {
namespace {

using ::testing::HasSubstr;
using Commands = PluginTest;

const char* const kAnswer =
    R"({"send": {"t":"complete","token":"$token","status":0,"n":2}, "tail": "{}"})";

TEST_F(Commands, AreHandedOverWholeAndAnsweredWithTheResult) {
  start(R"({"on submit": [{"tell": true},
    {"send": {"t":"complete","token":"$token","status":0,"n":11}, "tail": "{\"ok\":true}"}]})");
  openAndWait();
  const auto submitted =
      host->submit({.body = R"({ "number" : "5511", "text":"h\u0069" })", .messageId = "3EB0AA"});
  ASSERT_EQ(submitted.status, COLIBRI_PENDING);
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); }));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_OK);
  EXPECT_EQ(host->completion(submitted.token)->resultJson, R"({"ok":true})");
  ASSERT_TRUE(until([&] { return heard("submit").size() == 1; }));
  const auto submit = heard("submit").front();
  EXPECT_EQ(submit.at("messageId"), "3EB0AA");
  EXPECT_EQ(submit.at("name"), "message.sendText");
  EXPECT_EQ(submit.at("n"), 39);
  EXPECT_EQ(told().front().at("tail"), R"({ "number" : "5511", "text":"h\u0069" })")
      << "byte for byte";
  EXPECT_GT(submit.at("deadlineUs").as_int64(), host->nowUs());
}

TEST_F(Commands, AFailureKeepsItsStatusAndItsDetail) {
  start(R"({"on submit": [{"send":
    {"t":"complete","token":"$token","status":-12,"detail":"{\"exists\":false}"}}]})");
  openAndWait();
  const auto submitted = host->submit();
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); }));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_E_REJECTED);
  EXPECT_EQ(host->completion(submitted.token)->detail, R"({"exists":false})");
}

TEST_F(Commands, AreRefusedWithoutALinkAndIfMalformed) {
  start("{}");
  EXPECT_EQ(host->submit().status, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(host->error(), "not connected");
  openAndWait();
  EXPECT_EQ(host->submit({.name = "chat.delete-everything"}).status, COLIBRI_E_UNSUPPORTED);
  EXPECT_EQ(host->submit({.body = R"({"text":")" + std::string(16 << 20, 'x') + "\"}"}).status,
            COLIBRI_E_INVALID_ARGUMENT);
  EXPECT_EQ(host->error(), "a command's body is too large");
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
  EXPECT_EQ(host->submit().status, COLIBRI_E_UNAVAILABLE);
}

TEST_F(Commands, InFlightWhenTheBridgeDiesAreSentAgainWithTheSameId) {
  start(R"({"on submit": [{"tell": true}, )" + std::string(kAnswer) + R"(],
            "runs": {"1": {"on submit": [{"tell": true}, {"kill": true}]}}})");
  openAndWait();
  const auto submitted = host->submit({.messageId = "3EB0BB"});
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); })) << allLogs();
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_OK);
  ASSERT_TRUE(until([&] { return heard("submit").size() == 2; }));
  EXPECT_EQ(heard("submit")[0], heard("submit")[1]);
  EXPECT_EQ(heard("submit")[1].at("messageId"), "3EB0BB");
}

TEST_F(Commands, ThatMayNotHappenTwiceAreNotSentAgainAndThoseThatMayAre) {
  start(R"({"on submit": [{"tell": true}, )" + std::string(kAnswer) + R"(],
            "runs": {"1": {"on submit": [{"tell": true}], "on cancel": [{"kill": true}]}}})");
  openAndWait();
  const auto safe = host->submit({.name = "presence.set", .messageId = "", .isSafe = true});
  const auto other = host->submit({.name = "presence.set", .messageId = ""});
  ASSERT_TRUE(until([&] { return heard("submit").size() == 2; }));
  host->cancel(other.token);
  ASSERT_TRUE(until([&] {
    return host->completion(safe.token).has_value() && host->completion(other.token).has_value();
  })) << allLogs();
  EXPECT_EQ(host->completion(other.token)->status, COLIBRI_E_TIMEOUT);
  EXPECT_EQ(host->completion(other.token)->detail, "outcome unknown");
  EXPECT_EQ(host->completion(safe.token)->status, COLIBRI_OK);
  ASSERT_TRUE(until([&] { return heard("submit").size() == 3; }));
  EXPECT_EQ(heard("submit")[2].at("token"), heard("submit")[0].at("token"));
}

TEST_F(Commands, AreNotSentAgainAfterTheirDeadline) {
  start(R"({"on submit": [{"tell": true}, )" + std::string(kAnswer) + R"(],
            "on open": [],
            "runs": {"1": {"on submit": [{"kill": true}],
                           "on open": [{"send": {"t":"state","k":"$k","state":"open"}}]}}})");
  openAndWait();
  const auto submitted = host->submit({.deadlineUs = host->nowUs() + 5'000'000});
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_ERROR));
  ASSERT_TRUE(until([&] { return runs() == 2; }));
  EXPECT_FALSE(host->completion(submitted.token)) << "its outcome is still open";
  host->advance(std::chrono::seconds(6));
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); }));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_E_TIMEOUT);
  EXPECT_EQ(host->completion(submitted.token)->detail, "outcome unknown");
  EXPECT_TRUE(heard("submit").empty());
}

/// More than the socket holds is given to a bridge that does not read: what never left is
/// UNAVAILABLE, the rest waits for the next bridge.
TEST_F(Commands, ThatNeverLeftAreUnavailableAndOthersAreSentAgain) {
  start(R"({"runs": {"1": {"on submit": [{"hang": true}]}}})",
        R"({"test_timing": {"ping_ms": 1500}})");  // all are handed over before the third is missed
  openAndWait();
  std::vector<std::uint64_t> tokens;
  for (int i = 0; i < 8; ++i) {
    const auto body = R"({"text":")" + std::string(300'000, 'x') + "\"}";
    tokens.push_back(host->submit({.body = body}).token);
  }
  ASSERT_TRUE(until([&] {
    return std::all_of(tokens.begin(), tokens.end(),
                       [&](std::uint64_t token) { return host->completion(token).has_value(); });
  })) << allLogs();
  EXPECT_EQ(host->completion(tokens.front())->status, COLIBRI_OK);
  EXPECT_EQ(host->completion(tokens.back())->status, COLIBRI_E_UNAVAILABLE);
  EXPECT_TRUE(logged("pings were not answered"));
}

TEST_F(Commands, CancellingReachesTheBridgeAndTheAnswerIsStillDue) {
  start(R"({"on submit": [], "on cancel": [
    {"send": {"t":"complete","token":"$token","status":-7}}]})");
  openAndWait();
  const auto submitted = host->submit();
  host->cancel(submitted.token);
  host->cancel(99'999);
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); }));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_E_CANCELLED);
}

TEST_F(Commands, ABridgeThatNeverAnswersIsAnsweredForAMinuteAfterTheDeadline) {
  start(R"({"on submit": []})");
  openAndWait();
  const auto submitted = host->submit({.deadlineUs = host->nowUs() + 1'000'000});
  host->advance(std::chrono::seconds(30));
  ASSERT_EQ(host->submit({.instance = 2}).status, COLIBRI_E_UNAVAILABLE);
  EXPECT_FALSE(host->completion(submitted.token)) << "a late success still counts for the log";
  host->advance(std::chrono::seconds(40));
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); }));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_E_TIMEOUT);
}

TEST_F(Commands, ForgettingTheInstanceAnswersItsCommands) {
  start(R"({"on submit": []})");
  openAndWait();
  const auto submitted = host->submit();
  ASSERT_EQ(host->forget(1), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return host->completion(submitted.token).has_value(); }));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_E_TIMEOUT);
}

TEST_F(Commands, AnAnswerOfABridgeToATokenOfAnotherIsIgnored) {
  start(R"({"on submit": [], "on open": [{"send": {"t":"state","k":"$k","state":"open"}},
    {"send": {"t":"complete","token":"77","status":0}}]})");
  openAndWait();
  ASSERT_TRUE(until([&] { return logged("an answer to no command of its own"); }));
  EXPECT_FALSE(host->completion(77));
}

}  // namespace
}  // namespace colibri::baileys
