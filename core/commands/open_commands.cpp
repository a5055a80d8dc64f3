#include "commands/open_commands.hpp"

#include <utility>

namespace colibri::commands {

OpenCommands::Claimed OpenCommands::claim(const std::string& requestHash, CommandRequest& request,
                                          CommandDone& done) {
  const Key key{request.instance->row.key, request.idempotencyKey};
  const std::scoped_lock lock(mutex_);
  if (const auto at = held_.find(key); at != held_.end()) {
    at->second.push_back({std::move(request), std::move(done)});
    return {Claim::waits};
  }
  const auto at = byKey_.find(key);
  if (at == byKey_.end()) {
    held_.try_emplace(key);
    return {Claim::held};
  }
  auto& open = byToken_.at(at->second);
  if (open.requestHash != requestHash) return {Claim::conflicts};
  open.waiting.push_back(std::move(done));
  return {std::exchange(open.isTimed, true) ? Claim::waits : Claim::joined, at->second};
}

std::vector<OpenCommands::Deferred> OpenCommands::release(InstanceKey instance,
                                                          const std::string& key) {
  const std::scoped_lock lock(mutex_);
  auto node = held_.extract({instance, key});
  if (!node) return {};
  return std::move(node.mapped());
}

std::optional<std::uint64_t> OpenCommands::add(OpenCommand& command, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  if (isStopped_) return std::nullopt;
  const auto token = ++lastToken_;
  if (!command.key.empty()) byKey_[{command.instance, command.key}] = token;
  command.submitted = now;
  byToken_.emplace_hint(byToken_.end(), token, std::move(command));
  return token;
}

std::optional<OpenCommand> OpenCommands::take(std::uint64_t token) {
  const std::scoped_lock lock(mutex_);
  auto node = byToken_.extract(token);
  if (!node) return std::nullopt;
  auto& command = node.mapped();
  drop(command);
  if (!command.key.empty()) held_.try_emplace({command.instance, command.key});
  return std::move(command);
}

bool OpenCommands::arm(std::uint64_t token, exec::Timers::Id timer) {
  const std::scoped_lock lock(mutex_);
  const auto at = byToken_.find(token);
  if (at == byToken_.end()) return false;
  if (at->second.isTimed) at->second.timer = timer;  // else it has run already
  return true;
}

std::optional<OpenCommands::Expired> OpenCommands::expire(std::uint64_t token) {
  const std::scoped_lock lock(mutex_);
  const auto at = byToken_.find(token);
  if (at == byToken_.end()) return std::nullopt;
  auto& command = at->second;
  command.isTimed = false;
  command.timer = 0;
  return Expired{command.messageId, std::exchange(command.waiting, {})};
}

std::vector<OpenCommand> OpenCommands::takeOlder(SteadyTime since) {
  std::vector<OpenCommand> older;
  const std::scoped_lock lock(mutex_);
  while (!byToken_.empty() && byToken_.begin()->second.submitted < since) {
    older.push_back(std::move(byToken_.extract(byToken_.begin()).mapped()));
    drop(older.back());
  }
  return older;
}

std::vector<OpenCommand> OpenCommands::takeOf(InstanceKey instance) {
  std::vector<OpenCommand> its;
  const std::scoped_lock lock(mutex_);
  for (auto at = byToken_.begin(); at != byToken_.end();) {
    const auto here = at++;
    if (here->second.instance != instance) continue;
    its.push_back(std::move(byToken_.extract(here).mapped()));
    drop(its.back());
  }
  return its;
}

std::vector<OpenCommand> OpenCommands::stop() {
  std::vector<OpenCommand> open;
  const std::scoped_lock lock(mutex_);
  isStopped_ = true;
  for (auto& [token, command] : byToken_) open.push_back(std::move(command));
  byToken_.clear();
  byKey_.clear();
  return open;
}

bool OpenCommands::isStopped() const {
  const std::scoped_lock lock(mutex_);
  return isStopped_;
}

std::size_t OpenCommands::size() const {
  const std::scoped_lock lock(mutex_);
  return byToken_.size();
}

}  // namespace colibri::commands
