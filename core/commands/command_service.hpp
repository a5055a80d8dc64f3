#pragma once

#include <chrono>
#include <memory>

#include "base/clock.hpp"
#include "commands/command_request.hpp"
#include "commands/completion_sink.hpp"
#include "commands/record_allowance.hpp"
#include "exec/executor.hpp"
#include "exec/timers.hpp"
#include "instances/host_events.hpp"
#include "instances/lifecycle.hpp"
#include "store/store.hpp"

namespace colibri::commands {

/// From a request to a connector and back. Nobody waits in a thread: a command is a token until its
/// completion or its deadline. A late success is still published as `send.message`.
///
/// The message id is the caller's, or ours: derived from the instance and the idempotency key, or
/// from a fresh ULID.
/// With a key, the record of it is durable before anything is handed over, so the same key means
/// the same message id also after a crash, and a finished command is answered from its record for
/// 24 h. What was certainly not handed over leaves no record. A message whose outcome is unknown is
/// sent again under its id, which the network knows; what has no id is not: who repeats it is told
/// that its outcome is unknown, until its record goes. Where the network chooses the ids, the
/// result brings a message's.
///
/// [Threading] any thread; what is open is locked in OpenCommands, never over a call out.
class CommandService final : public CompletionSink, public instances::Observer {
 public:
  struct Options {
    std::chrono::milliseconds deadline{60'000};
    RecordAllowance::Limits records = {};  ///< of an instance
  };
  using Done = CommandDone;

  CommandService(instances::Lifecycle& lifecycle, instances::HostEvents& events,
                 store::Store& store, exec::Executor& executor, exec::Timers& timers,
                 const Clock& clock, Options options);
  ~CommandService() override;

  /// `done` runs exactly once, on any thread.
  void submit(CommandRequest request, Done done);
  void complete(std::uint64_t token, Result<std::string> outcome) override;
  /// Everybody who waits is told that the gateway stops.
  void stop();

  std::size_t pending() const;
  /// Commands refused because their instance keeps too many records of keys.
  std::uint64_t recordsRefused() const;

  /// Answers what is open for a deleted instance.
  void onTransition(const instances::Transition& transition) override;
  void onSettings(InstanceKey, const std::string&, const instances::KeptSettings&) override {}

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace colibri::commands
