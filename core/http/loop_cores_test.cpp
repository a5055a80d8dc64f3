#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/eventually.hpp"
#include "http/testing_websocket.hpp"

namespace colibri::http {
namespace {

using testing::RunningWebSockets;
using testing::WebSocketClient;

std::size_t coresOf(pid_t thread) {
  cpu_set_t set;
  if (::sched_getaffinity(thread, sizeof set, &set) != 0) return 0;
  return static_cast<std::size_t>(CPU_COUNT(&set));
}

/// While it lives, this thread and those it starts may use two cores, if there are two.
class TwoCores {
 public:
  TwoCores() {
    ::sched_getaffinity(0, sizeof all_, &all_);
    cpu_set_t two;
    CPU_ZERO(&two);
    for (std::size_t core = 0; core < CPU_SETSIZE && CPU_COUNT(&two) < 2; ++core)
      if (CPU_ISSET(core, &all_)) CPU_SET(core, &two);
    ::sched_setaffinity(0, sizeof two, &two);
  }
  ~TwoCores() { ::sched_setaffinity(0, sizeof all_, &all_); }

 private:
  cpu_set_t all_{};
};

/// How many cores each event loop may use.
std::vector<std::size_t> coresOfLoops() {
  std::vector<std::size_t> cores;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(entry.path() / "comm"), name);
    if (!name.starts_with("http-")) continue;
    cores.push_back(coresOf(std::stoi(entry.path().filename().string())));
  }
  return cores;
}

bool awaitCores(std::size_t each) {
  return colibri::testing::eventually(
      [&] { return coresOfLoops() == std::vector<std::size_t>(2, each); });
}

TEST(Loops, KeepToACoreEachWhileThereIsACrowdToSendTo) {
  const TwoCores two;
  const auto mine = coresOf(0);  // one, on a machine that has no more
  RunningWebSockets running({.loops = 2});
  EXPECT_TRUE(awaitCores(mine));
  std::vector<std::unique_ptr<WebSocketClient>> crowd;
  for (int i = 0; i < 64; ++i)
    crowd.push_back(std::make_unique<WebSocketClient>(running.server.port()));
  for (const auto& client : crowd) {
    client->say("here");
    EXPECT_EQ(client->hear().data, "here");
  }
  EXPECT_TRUE(awaitCores(1));
  crowd.clear();
  EXPECT_TRUE(awaitCores(mine));
}

}  // namespace
}  // namespace colibri::http
