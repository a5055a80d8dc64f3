#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include "base/unique_fd.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"

extern char** environ;

namespace colibri::store::sqlite {
namespace {

constexpr int kInstances = 4;

/// The appending process and what it has told.
class Child {
 public:
  explicit Child(const std::filesystem::path& database) {
    int ends[2];
    COLIBRI_ASSERT(::pipe2(ends, O_CLOEXEC) == 0);
    output_ = UniqueFd(ends[0]);
    const UniqueFd input(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
    auto program = std::string(KILL_CHILD), path = database.string();
    auto instances = std::to_string(kInstances);
    char* arguments[] = {program.data(), path.data(), instances.data(), nullptr};
    COLIBRI_ASSERT(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) ==
                   0);
    posix_spawn_file_actions_destroy(&actions);
  }

  /// Kills it once it has told `bytes` of text (or more), and returns all it told.
  std::string killAfter(std::size_t bytes) {
    std::string told;
    while (told.size() < bytes && readSome(told)) {
    }
    ::kill(pid_, SIGKILL);
    while (readSome(told)) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "it ended by itself: " << status;
    return told;
  }

 private:
  bool readSome(std::string& told) {
    char buffer[4096];
    const auto n = ::read(output_.get(), buffer, sizeof buffer);
    if (n > 0) told.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  }

  UniqueFd output_;
  pid_t pid_ = 0;
};

using Sequences = std::map<InstanceKey, std::uint64_t>;

/// The last sequence told of each instance, all of them greater than those of `before`.
Sequences lastToldIn(const std::string& told, const Sequences& before) {
  auto last = before;
  std::istringstream lines(told);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    InstanceKey instance = 0;
    std::uint64_t sequence = 0;
    fields >> instance >> sequence;
    EXPECT_GT(sequence, last[instance]) << "told in order, none twice";
    last[instance] = sequence;
  }
  return last;
}

/// Checks what the database holds of the instance after `seen` against what was told, and returns
/// its last sequence.
std::uint64_t verify(Store& store, InstanceKey instance, std::uint64_t seen, std::uint64_t told) {
  const auto rows = store.events(instance, seen, 1'000'000, std::size_t{1} << 40).value();
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(rows[i].sequence, seen + i + 1) << "no gap";
  const auto last = seen + rows.size();
  EXPECT_GE(last, told) << "what was told is there";
  EXPECT_EQ(store.lastSequence(instance).value(), last);
  const std::string beside = "last";
  const auto entry = store.kvGet("kill", instance, {&beside, 1}).value();
  EXPECT_EQ(entry[0].value.value_or("0"), std::to_string(last)) << "a batch is all or nothing";
  return last;
}

int fromEnvironment(const char* name, int otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::atoi(value) : otherwise;
}

TEST(StoreKilled, LosesNothingItCalledDurableAndLeavesNoGap) {
  const int rounds = fromEnvironment("COLIBRI_KILL_ROUNDS", 20);
  const int seed = fromEnvironment("COLIBRI_KILL_SEED", 4711);
  std::mt19937 random(static_cast<unsigned>(seed));
  std::uniform_int_distribution<std::size_t> length(0, 1'500);
  const TemporaryDatabase database;
  const SystemClock clock;
  Sequences verified;
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + " of seed " + std::to_string(seed));
    auto told = lastToldIn(Child(database.path()).killAfter(length(random)), verified);
    const auto store = SqliteStore::open(database.path(), clock, nullptr, {});
    ASSERT_TRUE(store) << store.error().message;
    for (InstanceKey instance = 1; instance <= kInstances; ++instance) {
      verified[instance] = verify(**store, instance, verified[instance], told[instance]);
    }
  }
  for (InstanceKey instance = 1; instance <= kInstances; ++instance) {
    EXPECT_GT(verified[instance], 0u) << "something was appended at all";
  }
}

}  // namespace
}  // namespace colibri::store::sqlite
