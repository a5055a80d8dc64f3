#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "blobs/blob_store.hpp"
#include "commands/command_request.hpp"
#include "commands/completion_sink.hpp"
#include "delivery/sink.hpp"
#include "events/event_log.hpp"
#include "exec/executor.hpp"
#include "exec/timers.hpp"
#include "instances/report_sink.hpp"
#include "instances/settings_keeper.hpp"
#include "net/http_client.hpp"
#include "store/store.hpp"

namespace colibri::plugin {

/// The functions of the event log that plugins reach; as EventLog's.
class PluginLog {
 public:
  using Done = events::EventLog::Done;
  virtual ~PluginLog() = default;
  virtual Result<void> append(InstanceKey instance, std::vector<events::Draft> drafts,
                              store::Batch operations, Done done) = 0;
  virtual Result<std::vector<events::EventPtr>> read(InstanceKey instance, std::uint64_t after,
                                                     std::uint32_t limit, std::size_t maxBytes) = 0;
};

/// The functions of the dispatcher that plugins reach; as delivery::Dispatcher's.
class Lanes {
 public:
  virtual ~Lanes() = default;
  virtual Result<std::uint64_t> subscribe(delivery::SubscriptionSpec spec,
                                          delivery::Sink& sink) = 0;
  virtual Result<void> setFilter(std::uint64_t subscription, InstanceKey instance,
                                 std::optional<events::Filter> filter) = 0;
  virtual void enable(std::uint64_t subscription, InstanceKey instance,
                      std::optional<std::uint64_t> after) = 0;
  virtual std::uint64_t head(InstanceKey instance) const = 0;
  virtual void disable(std::uint64_t subscription, InstanceKey instance) = 0;
  virtual void done(std::uint64_t token, delivery::Outcome outcome) = 0;
};

/// What a child is started with. [Ownership] the descriptors stay the caller's.
struct ChildSpec {
  std::vector<std::string> arguments, environment;  ///< exactly these; arguments[0] is the program
  int socket = -1, out = -1, err = -1;              ///< become its descriptors 3, 1 and 2
};

/// Children of this process that run as another user than it. [Threading] any thread.
class Children {
 public:
  virtual ~Children() = default;
  /// Whoever starts one waits for it. [Errors] invalidArgument: too many texts; unavailable.
  virtual Result<pid_t> start(const ChildSpec& spec) = 0;
  /// [Errors] notFound: it was not started here, or has ended; unavailable.
  virtual Result<void> signal(pid_t child, int number) = 0;
};

/// A command as the definition of its operation has it.
struct CheckedCommand {
  std::string name, body;
  commands::Effect effect = commands::Effect::once;
  std::string order;           ///< whose turn it waits for: the chat; empty = nobody's
  std::string messageId = {};  ///< as its author chose it; empty = the service chooses
  bool whileLinking = false;   ///< for an instance that is connecting, not for an open one
};

/// The definitions of operations, as far as a command needs them.
///
/// [Threading] any thread.
class Operations {
 public:
  virtual ~Operations() = default;
  /// [Errors] unsupported: no such operation; invalidArgument: the body, a sentence per fault.
  virtual Result<CheckedCommand> check(std::string_view name, std::string body) const = 0;
};

/// Who carries out commands, as commands::CommandService.
class CommandPort {
 public:
  virtual ~CommandPort() = default;
  /// `done` runs once, on any thread, perhaps within the call.
  virtual void submit(InstanceKey instance, CheckedCommand command, std::string idempotencyKey,
                      std::string origin, commands::CommandDone done) = 0;
};

/// An instance, to look at.
struct InstanceView {
  instances::State state = instances::State::created;
  std::string id, name, integration, ownerJid;
};

/// Who operates instances, as instances::Lifecycle.
///
/// [Threading] any thread.
class InstancePort {
 public:
  enum class Question : std::uint8_t { state, connect, restart, logout };  ///< the ABI's numbers
  virtual ~InstancePort() = default;
  /// `done` runs once, on any thread, perhaps within the call. [Errors] as the lifecycle's.
  virtual void ask(InstanceKey instance, Question what,
                   Function<void(Result<InstanceView>)> done) = 0;
};

/// The core as this folder sees it, narrow enough for tests to stand in for. All outlive the host.
struct Ports {
  const Clock& clock;
  exec::Executor& executor;
  exec::Timers& timers;
  PluginLog& events;
  Lanes& lanes;
  net::HttpClient& http;
  store::Store& store;
  instances::ReportSink& reports;
  instances::SettingsKeeper& settings;
  commands::CompletionSink& completions;
  std::string serverUrl, version;
  Children* children = nullptr;            ///< null: there is no other user to run them as
  const Operations* operations = nullptr;  ///< null: plugins have no commands
  CommandPort* commandPort = nullptr;      ///< likewise
  InstancePort* instancePort = nullptr;    ///< null: plugins operate no instances
  blobs::BlobStore* blobs = nullptr;       ///< null: plugins have no blobs
};

}  // namespace colibri::plugin
