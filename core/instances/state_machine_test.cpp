#include "instances/state_machine.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

namespace colibri::instances {
namespace {

using Table = std::map<std::string, std::set<std::string>>;

/// The first table of docs/instance-states.md.
Table documented() {
  std::ifstream file(COLIBRI_SOURCE_DIR "/docs/instance-states.md");
  Table table;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("## ", 0) == 0) break;
    if (line.rfind("| ", 0) != 0 || line.rfind("| from", 0) == 0) continue;
    const auto second = line.find(" | ", 2);
    auto& targets = table[line.substr(2, second - 2)];
    const auto end = line.rfind('|');
    for (std::size_t at = second + 3; at < end;) {
      auto stop = std::min(line.find(", ", at), line.find(" |", at));
      if (stop > at) targets.insert(line.substr(at, stop - at));
      at = stop + 2;
    }
  }
  return table;
}

TEST(StateMachine, AllowsExactlyWhatTheDocumentSays) {
  const auto table = documented();
  constexpr int kLast = static_cast<int>(State::passkey);
  ASSERT_EQ(table.size(), std::size_t{kLast});
  for (int from = 1; from <= kLast; ++from) {
    for (int to = 1; to <= kLast; ++to) {
      const auto f = static_cast<State>(from), t = static_cast<State>(to);
      const bool allowed = table.at(std::string(name(f))).contains(std::string(name(t)));
      EXPECT_EQ(mayFollow(f, t), allowed) << name(f) << " -> " << name(t);
    }
  }
}

TEST(StateMachine, ClosedWithAScheduledTryCountsAsConnecting) {
  using namespace std::chrono_literals;
  EXPECT_EQ(apiState(State::closed, 0ms), ApiState::close);
  EXPECT_EQ(apiState(State::closed, 500ms), ApiState::connecting);
  EXPECT_EQ(apiState(State::error, 500ms), ApiState::connecting);
  EXPECT_EQ(apiState(State::loggedOut, 500ms), ApiState::close);
  EXPECT_EQ(apiState(State::qr, 0ms), ApiState::connecting);
  EXPECT_EQ(apiState(State::passkey, 0ms), ApiState::connecting);
  EXPECT_EQ(apiState(State::open, 0ms), ApiState::open);
}

}  // namespace
}  // namespace colibri::instances
