#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/command_service.hpp"
#include "commands/open_commands.hpp"

namespace colibri::commands {

/// The parts of the service: command_service.cpp has the way to the connector and back,
/// command_service_keys.cpp what is done before and after it for the sake of an idempotency key.
struct CommandService::Impl : std::enable_shared_from_this<Impl> {
  Impl(instances::Lifecycle& l, instances::HostEvents& e, store::Store& s, exec::Executor& x,
       exec::Timers& t, const Clock& c, Options o)
      : lifecycle(l),
        events(e),
        store(s),
        executor(x),
        timers(t),
        clock(c),
        options(o),
        allowance(s, c, o.records) {}

  void submitKeyed(CommandRequest request, Done done);
  std::optional<CommandAnswer> known(const CommandRequest& request, const std::string& requestHash,
                                     bool& madeRecord);
  void startKeyed(OpenCommand open, CommandRequest request);
  std::optional<Error> whyNot(const CommandRequest& request) const;
  std::string idFor(const CommandRequest& request) const;
  void handOver(OpenCommand open, CommandRequest request);
  void arm(std::uint64_t token);
  void expire(std::uint64_t token);
  void finish(std::uint64_t token, Result<std::string> outcome, bool refused);
  void keep(OpenCommand finished, std::string result);
  void takeBack(OpenCommand refused, const Error& why);
  void release(InstanceKey instance, const std::string& key);
  void giveUp(std::vector<OpenCommand> open, const char* why);

  instances::Lifecycle& lifecycle;
  instances::HostEvents& events;
  store::Store& store;
  exec::Executor& executor;
  exec::Timers& timers;
  const Clock& clock;
  const Options options;
  RecordAllowance allowance;
  OpenCommands commands;
};

/// Tells those who wait.
void answer(std::vector<CommandDone>& waiting, const std::string& messageId,
            const Result<std::string>& outcome);
void answer(OpenCommand& finished, const Result<std::string>& outcome);

}  // namespace colibri::commands
