// The end: of the plugin, and of the daemon without a word.
#include "plugin_fixture.hpp"

#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

extern char** environ;

namespace colibri::baileys {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Stop = PluginTest;

const char* const kTellProcess =
    R"({"on open": [{"tell process": true}, {"send": {"t":"state","k":"$k","state":"open"}}]%s})";

std::string tellProcess(const std::string& more = {}) {
  std::string script = kTellProcess;
  return script.replace(script.find("%s"), 2, more);
}

void expectNoChildren() {
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child or a zombie is left";
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(Stop, ClosesTheLinksAndLeavesNoProcess) {
  start(tellProcess(), R"({"instances_per_bridge": 1})");
  openAndWait(1);
  openAndWait(2);
  const auto reports = host->states().size();
  EXPECT_EQ(host->stop(), COLIBRI_OK);
  expectNoChildren();
  EXPECT_EQ(host->states().size(), reports) << "the host is stopping: a close is no news to it";
}

TEST_F(Stop, WithoutAnInstanceIsImmediate) {
  start("{}");
  EXPECT_EQ(host->stop(), COLIBRI_OK);
  EXPECT_EQ(runs(), 0u);
}

TEST_F(Stop, KeepsItsDeadlineWhenABridgeIgnoresEverything) {
  start(tellProcess(R"(, "on close": [], "ignore": ["term", "eof"])"));
  openAndWait();
  const auto begin = Clock::now();
  EXPECT_EQ(host->stop(milliseconds(2000)), COLIBRI_OK);
  EXPECT_LT(Clock::now() - begin, milliseconds(4000));
  expectNoChildren();
}

TEST_F(Stop, AnswersEveryCommandThatIsUnderWay) {
  start(R"({"on submit": []})");
  openAndWait();
  const auto submitted = host->submit();
  EXPECT_EQ(host->stop(), COLIBRI_OK);
  ASSERT_TRUE(host->completion(submitted.token));
  EXPECT_EQ(host->completion(submitted.token)->status, COLIBRI_E_TIMEOUT);
}

TEST_F(Stop, EndsABridgeThatHasNotSaidHelloYet) {
  start(R"({"hello": "none", "ignore": ["term"]})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(until([&] { return runs() == 1; }));
  EXPECT_EQ(host->stop(milliseconds(2000)), COLIBRI_OK);
  expectNoChildren();
}

TEST_F(Stop, DoesNotWaitForABackoff) {
  start(R"({"on open": [{"exit": 1}]})",
        R"({"test_timing": {"backoff_first_ms": 60000, "backoff_most_ms": 60000}})");
  ASSERT_EQ(host->open(1), COLIBRI_OK);
  ASSERT_TRUE(untilState(COLIBRI_INSTANCE_ERROR));
  const auto begin = Clock::now();
  EXPECT_EQ(host->stop(), COLIBRI_OK);
  EXPECT_LT(Clock::now() - begin, milliseconds(4000));
}

/// A process with the plugin in it is killed with SIGKILL; whether its bridge goes is asked of the
/// kernel, which makes this process the parent of orphans.
class Orphans : public PluginTest {
 protected:
  void killTheParent(const std::string& script) {
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    writeScript(script);
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], 1);
    ::posix_spawn_file_actions_addclose(&actions, pipe[0]);
    std::string program = ORPHAN_PARENT, config = configuration("{}");
    std::array<char*, 3> arguments{program.data(), config.data(), nullptr};
    pid_t parent = -1;
    ASSERT_EQ(::posix_spawn(&parent, program.c_str(), &actions, nullptr, arguments.data(), environ),
              0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    std::array<char, 32> said{};
    ASSERT_GT(::read(pipe[0], said.data(), said.size() - 1), 0);
    ::close(pipe[0]);
    const auto bridge = static_cast<pid_t>(std::atoll(said.data()));
    ASSERT_TRUE(isRunning(bridge));
    ::kill(parent, SIGKILL);
    ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
    ASSERT_EQ(::waitpid(bridge, nullptr, 0), bridge) << "the orphan ended and came to us";
    EXPECT_FALSE(isRunning(bridge));
  }
};

TEST_F(Orphans, AreNotLeftWhenTheDaemonIsKilled) {
  killTheParent(tellProcess());
}

TEST_F(Orphans, AreNotLeftEvenIfTheBridgeDoesNotLook) {
  killTheParent(tellProcess(R"(, "ignore": ["eof", "term"])"));
}

}  // namespace
}  // namespace colibri::baileys
