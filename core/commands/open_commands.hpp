#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "commands/command_request.hpp"
#include "exec/timers.hpp"

namespace colibri::commands {

/// What is known of a command from its hand-over to its completion. Its body is the connector's.
struct OpenCommand {
  InstanceKey instance = 0;
  Effect effect = Effect::once;
  std::string key;  ///< of its record; empty = none
  std::string messageId, requestHash, origin;
  bool madeRecord = false;  ///< of its key, which nobody else had one for
  SteadyTime submitted{};
  bool isTimed = true;               ///< a deadline is ahead
  exec::Timers::Id timer = 0;        ///< of that deadline, once it is known
  std::vector<CommandDone> waiting;  ///< empty once the deadline has passed
};

/// The commands under way: by token, and those with a key by it. A key is *held* while its record
/// is read or written; whoever comes with it then is deferred until it is released.
///
/// [Threading] any thread; locked by mutex_, never over a call out.
class OpenCommands {
 public:
  struct Deferred {
    CommandRequest request;
    CommandDone done;
  };
  enum class Claim : std::uint8_t {
    held,      ///< the caller holds the key now: release() is due
    waits,     ///< taken: deferred, or it joins those who wait for an open command
    joined,    ///< the same, and that command's deadline has passed: arm() is due
    conflicts  ///< an open command has this key, with another request
  };
  struct Claimed {
    Claim claim = Claim::held;
    std::uint64_t token = 0;  ///< of the command that was joined
  };

  /// `request` and `done` are taken unless the answer is `held` or `conflicts`.
  Claimed claim(const std::string& requestHash, CommandRequest& request, CommandDone& done);
  /// The key's record is settled: those who came meanwhile.
  std::vector<Deferred> release(InstanceKey instance, const std::string& key);

  /// Its token, never 0; nothing, with `command` as it was, once stopped. Who has the key finds the
  /// open command from then on, so the hold may end.
  std::optional<std::uint64_t> add(OpenCommand& command, SteadyTime now);
  /// Which timer stands for the token's deadline. False: it is not open any more.
  bool arm(std::uint64_t token, exec::Timers::Id timer);
  /// It is open no more; its key, if it has one, is held until its record is settled: release() is
  /// due.
  std::optional<OpenCommand> take(std::uint64_t token);
  struct Expired {
    std::string messageId;
    std::vector<CommandDone> waiting;
  };
  /// The token's deadline has passed: those who waited for it, while it stays open.
  std::optional<Expired> expire(std::uint64_t token);
  /// Who has been open since before `since` is given up.
  std::vector<OpenCommand> takeOlder(SteadyTime since);
  std::vector<OpenCommand> takeOf(InstanceKey instance);
  /// The rest, and nothing is added from then on.
  std::vector<OpenCommand> stop();

  bool isStopped() const;
  std::size_t size() const;

 private:
  using Key = std::pair<InstanceKey, std::string>;
  void drop(const OpenCommand& command) { byKey_.erase({command.instance, command.key}); }

  mutable std::mutex mutex_;                      // guards the rest
  std::map<std::uint64_t, OpenCommand> byToken_;  ///< so in the order of their hand-over
  std::map<Key, std::uint64_t> byKey_;
  std::map<Key, std::vector<Deferred>> held_;
  std::uint64_t lastToken_ = 0;
  bool isStopped_ = false;
};

}  // namespace colibri::commands
