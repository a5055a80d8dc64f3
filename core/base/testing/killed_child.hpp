#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/unique_fd.hpp"

extern char** environ;

namespace colibri::testing {

using Lines = std::vector<std::string>;

/// For tests of crashes: a program that tells lines on its output until it dies of SIGKILL, by its
/// own hand or by ours.
class KilledChild {
 public:
  explicit KilledChild(std::vector<std::string> command) {
    int ends[2];
    COLIBRI_ASSERT(::pipe2(ends, O_CLOEXEC) == 0);
    output_ = UniqueFd(ends[0]);
    const UniqueFd input(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
    std::vector<char*> arguments;
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    COLIBRI_ASSERT(
        ::posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }

  /// Kills it once what it has told is enough, and returns all it told.
  Lines killOnce(const std::function<bool(const Lines&)>& enough) {
    while (!enough(told_) && read()) {
    }
    ::kill(pid_, SIGKILL);
    while (read()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "it ended by itself: " << status;
    return std::move(told_);
  }

 private:
  static constexpr int kMostSilenceMs = 60'000;

  /// False at the end, and after a minute without a word.
  bool read() {
    pollfd readable{output_.get(), POLLIN, 0};
    if (::poll(&readable, 1, kMostSilenceMs) == 0) {
      ADD_FAILURE() << "it says nothing any more";
      return false;
    }
    char buffer[4096];
    const auto n = ::read(output_.get(), buffer, sizeof buffer);
    if (n <= 0) return false;
    for (ssize_t i = 0; i < n; ++i) {
      if (buffer[i] == '\n')
        told_.push_back(std::exchange(line_, {}));
      else
        line_ += buffer[i];
    }
    return true;
  }

  UniqueFd output_;
  pid_t pid_ = 0;
  std::string line_;  // as far as it has come
  Lines told_;
};

/// Rounds and seeds: `otherwise`, unless the environment says something.
inline unsigned fromEnvironment(const char* name, unsigned otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? static_cast<unsigned>(std::strtoul(value, nullptr, 10)) : otherwise;
}

}  // namespace colibri::testing
