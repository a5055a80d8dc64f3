#include "child_process.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>

namespace colibri::baileys {
namespace {

ChildProcess shell(const std::string& script, std::vector<std::string> environment = {}) {
  return ChildProcess::start({{"/bin/sh", "-c", script}, std::move(environment)});
}

std::string readAll(int fd) {
  std::string all;
  for (;;) {
    pollfd poll{fd, POLLIN, 0};
    if (::poll(&poll, 1, 30'000) <= 0) return all + "<timeout>";
    std::array<char, 4096> bytes;
    const auto got = ::read(fd, bytes.data(), bytes.size());
    if (got <= 0) return all;
    all.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

ChildEnd wait(ChildProcess& child) {
  readAll(child.socket());  // its end of file comes with the child's end
  for (;;) {
    if (const auto end = child.reap()) return *end;
    ::poll(nullptr, 0, 1);
  }
}

TEST(ChildProcess, TellsHowItsChildEnded) {
  auto exits = shell("exit 70");
  EXPECT_EQ(describe(wait(exits)), "exit code 70");
  auto killed = shell("kill -9 $$");
  EXPECT_EQ(describe(wait(killed)), "signal 9");
  auto missing = ChildProcess::start({{"/no/such/program"}, {}});
  EXPECT_EQ(describe(wait(missing)), "could not be executed");
}

TEST(ChildProcess, SpeaksOnDescriptorThreeAndInheritsNothing) {
  ::setenv("COLIBRI_TEST_SECRET", "api-key", 1);
  auto child = shell("env >&3; ls /proc/self/fd >&3; cat", {"ONLY=this"});
  const auto said = readAll(child.socket());
  EXPECT_NE(said.find("ONLY=this"), std::string::npos);
  EXPECT_EQ(said.find("api-key"), std::string::npos);
  EXPECT_EQ(said.find("HOME="), std::string::npos);
  EXPECT_EQ(wait(child).exitCode, 0) << "cat ends at once: the input is empty";
}

TEST(ChildProcess, OutputAndErrorsComeApart) {
  auto child = shell("echo one; echo two >&2");
  EXPECT_EQ(readAll(child.out()), "one\n");
  EXPECT_EQ(readAll(child.err()), "two\n");
  wait(child);
}

TEST(ChildProcess, IgnoredSignalsOfOursAreNotIgnoredByIt) {
  const auto before = ::signal(SIGTERM, SIG_IGN);
  auto child = shell("echo ready >&3; exec sleep 600");
  ::signal(SIGTERM, before);
  std::array<char, 6> ready;
  pollfd poll{child.socket(), POLLIN, 0};
  ASSERT_EQ(::poll(&poll, 1, 30'000), 1);
  ASSERT_GT(::recv(child.socket(), ready.data(), ready.size(), 0), 0);
  child.kill(SIGTERM);
  EXPECT_EQ(wait(child).signal, SIGTERM);
}

/// A host whose other user is the same one; it can be told to send no more signals.
struct StubHost final : ChildHost {
  std::optional<ChildProcess> child;
  bool gone = false;
  int signals = 0;

  std::optional<pid_t> startChild(const colibri_child_spec& spec) override {
    if (gone) return std::nullopt;
    child.emplace(
        ChildProcess::start({{spec.arguments[0], spec.arguments[1], "echo by the host >&3"}, {}}));
    return child->pid();
  }
  bool signalChild(pid_t pid, int signal) noexcept override {
    ++signals;
    return !gone && ::kill(pid, signal) == 0;
  }
};

TEST(ChildProcess, TheHostStartsAndSignalsWhatItHasAUserFor) {
  StubHost host;
  auto child = ChildProcess::start({{"/bin/sh", "-c", "echo by ourselves >&3"}, {}}, &host);
  ASSERT_TRUE(host.child);
  EXPECT_EQ(child.pid(), host.child->pid());
  EXPECT_EQ(readAll(host.child->socket()), "by the host\n");
  child.kill(SIGTERM);
  EXPECT_EQ(host.signals, 1);
}

TEST(ChildProcess, WhereTheHostHasNoOtherUserWeStartItOurselves) {
  StubHost host;
  host.gone = true;
  auto child = ChildProcess::start({{"/bin/sh", "-c", "echo by ourselves >&3"}, {}}, &host);
  EXPECT_EQ(readAll(child.socket()), "by ourselves\n");
  EXPECT_EQ(wait(child).exitCode, 0);
  EXPECT_EQ(host.signals, 0);
}

TEST(ChildProcess, ItsDestructorDoesNotWaitForOneThatTheHostNoLongerEnds) {
  StubHost host;
  {
    auto child = ChildProcess::start({{"/bin/sh", "-c", ""}, {}}, &host);
    host.gone = true;
  }
  EXPECT_EQ(host.signals, 1) << "and this line is reached";
}

TEST(ChildProcess, ItsDestructorLeavesNoProcessAndNoZombie) {
  pid_t pid = -1;
  {
    auto child = shell("trap '' TERM; exec sleep 600");
    pid = child.pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

}  // namespace
}  // namespace colibri::baileys
