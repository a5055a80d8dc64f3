// Bridge processes: how they are started, watched, restarted, shared and ended.
#include "plugin_fixture.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <set>

namespace colibri::baileys {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Bridges = PluginTest;

const char* const kTellProcess =
    R"({"on open": [{"tell process": true}, {"send": {"t":"state","k":"$k","state":"open"}}]})";

TEST_F(Bridges, StartWithAMinimalEnvironmentAndNoDescriptorOfOurs) {
  ::setenv("AUTHENTICATION_API_KEY", "do-not-leak", 1);
  start(kTellProcess, R"({"node_flags":["--max-old-space-size=64"]})");
  openAndWait();
  ASSERT_TRUE(until([&] { return told().size() == 1; }));
  const auto process = told().front();
  EXPECT_EQ(process.at("env"), boost::json::parse(R"(["NODE_ENV=production","LANG=C.UTF-8"])"));
  EXPECT_EQ(process.at("fds"), boost::json::parse("[0,1,2,3]"));
  EXPECT_EQ(process.at("args"), boost::json::array({FAKE_BRIDGE, "--max-old-space-size=64",
                                                    (folder / "main.mjs").string()}));
  EXPECT_EQ(process.at("cwd"), "/");
  EXPECT_EQ(process.at("core"), 0);
  EXPECT_EQ(process.at("stdinBytes"), 0);
  EXPECT_EQ(process.at("ownGroup"), true);
  EXPECT_EQ(process.at("termBlocked"), false);
  EXPECT_EQ(process.at("pipeIgnored"), false);
}

TEST_F(Bridges, AttackChangeNoFileAndLookIntoNoOtherProcess) {
  if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1u) < 1)
    GTEST_SKIP() << "this kernel has no Landlock";
  start(kTellProcess);
  openAndWait();
  ASSERT_TRUE(until([&] { return told().size() == 1; }));
  EXPECT_EQ(told().front().at("mayChange"), false);
  EXPECT_EQ(told().front().at("mayLook"), false);
}

TEST_F(Bridges, GetExtraCertificatesOnlyWhenTheKeyIsGiven) {
  start(kTellProcess, R"({"extra_ca_certs":"/etc/test.pem"})");
  openAndWait();
  ASSERT_TRUE(until([&] { return told().size() == 1; }));
  EXPECT_EQ(told().front().at("env").as_array().back(), "NODE_EXTRA_CA_CERTS=/etc/test.pem");
}

TEST_F(Bridges, AreToldTheirOptionsInTheHello) {
  start(R"({"on hello": [{"tell": "1"}]})",
        R"({"qr_limit":3,"server_url":"wss://sim","noise_root":"ab","stop_at":"here"})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return heard("hello").size() == 1; }));
  EXPECT_EQ(heard("hello").front(), boost::json::parse(R"({"t":"hello","version":1,"options":{
    "browser":["Colibri","Chrome","1.0"],"qrLimit":3,"logLevel":"warn","messageBytes":"base64",
    "test":{"serverUrl":"wss://sim","noiseRoot":"ab","tlsInsecureMedia":false,"stopAt":"here"}}})"));
}

TEST_F(Bridges, ThatCrashAreRestartedAndTheirInstancesReopenedWithoutHelp) {
  start(R"({"runs": {"1": {"on cancel": [], "on submit": [{"exit": 70}]}}})");
  openAndWait(1);
  openAndWait(2);
  host->submit({.instance = 1, .deadlineUs = 1});
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2)) << allLogs();
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 2, 2)) << allLogs();
  for (const std::uint64_t key : {1, 2}) {
    const auto all = host->states();
    const auto error = std::find_if(all.begin(), all.end(), [&](const auto& state) {
      return state.instance == key && state.state == COLIBRI_INSTANCE_ERROR;
    });
    ASSERT_NE(error, all.end());
    EXPECT_GT(error->retryInMs, 0u);
    EXPECT_EQ(error->reason, COLIBRI_E_UNAVAILABLE);
    EXPECT_THAT(error->detail, HasSubstr("exit code 70"));
  }
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Bridges, WaitLongerAfterEachFailure) {
  start(R"({"on open": [{"exit": 1}]})",
        R"({"test_timing": {"backoff_first_ms": 10, "backoff_most_ms": 160}})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_ERROR, 1, 6));
  std::vector<std::uint32_t> waits;
  for (const auto& state : host->states()) {
    if (state.state == COLIBRI_INSTANCE_ERROR) waits.push_back(state.retryInMs);
  }
  for (std::size_t i = 0; i < 6; ++i) {
    const double expected = std::min(10.0 * static_cast<double>(1u << i), 160.0);
    EXPECT_GE(waits[i], expected * 0.79 - 1) << i;
    EXPECT_LE(waits[i], expected * 1.21) << i;
  }
}

TEST_F(Bridges, ThatSayNoHelloAreKilledAndTriedAgain) {
  start(R"({"runs": {"1": {"hello": "none", "ignore": ["term"]}}})",
        R"({"test_timing": {"handshake_ms": 1500}})");
  openAndWait();
  EXPECT_TRUE(logged("the bridge did not say hello in time (signal 9)")) << allLogs();
}

TEST_F(Bridges, ThatStopAnsweringPingsAreKilledAndReplaced) {
  start(R"({"runs": {"1": {"on ping": [{"hang": true}]}}})",
        R"({"test_timing": {"ping_ms": 200}})");
  openAndWait();
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2)) << allLogs();
  EXPECT_TRUE(logged("3 pings were not answered"));
}

TEST_F(Bridges, ThatAnswerPingsAreLeftAlone) {
  start(R"({"on ping": [{"send": {"t":"pong","id":"$id"}},
                        {"send": {"t":"state","k":"1","state":"open"}}]})",
        R"({"test_timing": {"ping_ms": 200}})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 8)) << allLogs();
  EXPECT_EQ(runs(), 1u);
}

TEST_F(Bridges, ThatCloseTheirSocketAndStayAreKilled) {
  start(R"({"runs": {"1": {"on submit": [{"close": true}]}}})");
  openAndWait();
  host->submit();
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 1, 2)) << allLogs();
  EXPECT_TRUE(logged("closed its socket and stayed (signal 9)")) << allLogs();
}

TEST_F(Bridges, ThatCannotBeStartedAreNamedAndTriedAgain) {
  start("{}", R"({"node":"/no/such/node"})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_ERROR, 1, 2));
  EXPECT_THAT(lastState()->detail, HasSubstr("/no/such/node"));
  EXPECT_GT(lastState()->retryInMs, 0u);
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_CLOSED));
}

TEST_F(Bridges, ShareInstancesUpToTheConfiguredNumber) {
  start(kTellProcess, R"({"instances_per_bridge": 2})");
  for (std::uint64_t key = 1; key <= 5; ++key) openAndWait(key);
  ASSERT_TRUE(until([&] { return told().size() == 5; }));
  std::map<std::int64_t, int> perProcess;
  for (const auto& process : told()) ++perProcess[process.at("pid").as_int64()];
  EXPECT_EQ(perProcess.size(), 3u);
  for (const auto& [pid, instances] : perProcess) EXPECT_LE(instances, 2);
}

TEST_F(Bridges, OneCrashCostsOnlyItsOwnInstances) {
  start(R"({"on submit": [{"kill": true}]})", R"({"instances_per_bridge": 2})");
  for (std::uint64_t key = 1; key <= 4; ++key) openAndWait(key);
  host->submit({.instance = 3, .deadlineUs = 1});
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 3, 2));
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, 4, 2));
  EXPECT_EQ(count(COLIBRI_INSTANCE_ERROR, 1), 0u);
  EXPECT_EQ(count(COLIBRI_INSTANCE_ERROR, 2), 0u);
}

TEST_F(Bridges, WithNothingToDoStopAndStartAgainWhenNeeded) {
  start(kTellProcess, R"({"test_timing": {"linger_ms": 30}})");
  openAndWait();
  ASSERT_TRUE(until([&] { return told().size() == 1; }));
  const auto pid = told().front().at("pid").as_int64();
  EXPECT_TRUE(isRunning(pid));
  ASSERT_EQ(host->close(1), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return !isRunning(pid) && logged("bridge stopped"); })) << allLogs();
  EXPECT_EQ(lastState()->state, std::uint32_t{COLIBRI_INSTANCE_CLOSED}) << "and that is no failure";
  openAndWait();
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Bridges, ManyInstancesOverSeveralBridgesAllComeBackFromACrashOfEach) {
  start(R"({"runs": {"1": {"on submit": [{"kill": true}]}, "2": {"on submit": [{"kill": true}]},
                     "3": {"on submit": [{"kill": true}]}, "4": {"on submit": [{"kill": true}]}}})",
        R"({"instances_per_bridge": 10})");
  for (std::uint64_t key = 1; key <= 40; ++key) ASSERT_EQ(host->open(key), COLIBRI_OK);
  for (std::uint64_t key = 1; key <= 40; ++key) ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, key));
  for (std::uint64_t key = 1; key <= 40; key += 10)
    host->submit({.instance = key, .deadlineUs = 1});
  for (std::uint64_t key = 1; key <= 40; ++key) {
    ASSERT_TRUE(untilState(COLIBRI_INSTANCE_OPEN, key, 2)) << key << "\n" << allLogs();
  }
}

}  // namespace
}  // namespace colibri::baileys
