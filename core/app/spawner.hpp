#pragma once

#include <memory>
#include <mutex>

#include "app/users.hpp"
#include "base/unique_fd.hpp"
#include "plugin/ports.hpp"

namespace colibri::app {

/// Starts bridges as another user than the gateway, which has given up root's rights: by a small
/// process of its own that has kept the one to do so and is told whose they are before strangers
/// can say anything. It ends, and ends them, with the gateway.
///
/// [Threading] locked. [Blocking] for as long as a fork takes.
class Spawner final : public plugin::Children {
 public:
  /// Forks that process; to be called as root, before there are threads, secrets or open files.
  /// [Errors] unavailable.
  static Result<std::unique_ptr<Spawner>> fork();

  /// Whose all children are. Once. [Errors] unavailable.
  Result<void> use(const User& user);

  Result<pid_t> start(const plugin::ChildSpec& spec) override;
  Result<void> signal(pid_t child, int number) override;

 private:
  explicit Spawner(UniqueFd orders) : orders_(std::move(orders)) {}
  Result<pid_t> order(std::string_view packet, const plugin::ChildSpec* passing);

  std::mutex mutex_;  // guards the talk: an answer is the last order's
  UniqueFd orders_;
};

}  // namespace colibri::app
