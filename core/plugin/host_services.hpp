#pragma once

#include <string>

#include "base/clock.hpp"
#include "commands/completion_sink.hpp"
#include "delivery/dispatcher.hpp"
#include "events/event_log.hpp"
#include "exec/executor.hpp"
#include "exec/timers.hpp"
#include "instances/report_sink.hpp"
#include "instances/settings_keeper.hpp"
#include "net/http_client.hpp"
#include "plugin/ports.hpp"
#include "store/store.hpp"

namespace colibri::plugin {

/// What of the core plugins may reach, through the ABI. All references outlive the plugin host.
struct HostServices {
  const Clock& clock;
  exec::Executor& executor;
  exec::Timers& timers;
  events::EventLog& events;
  delivery::Dispatcher& dispatcher;
  net::HttpClient& http;
  store::Store& store;
  instances::ReportSink& reports;
  instances::SettingsKeeper& settings;
  commands::CompletionSink& completions;
  std::string serverUrl;  ///< public, no trailing slash
  std::string version;
  Children* children = nullptr;            ///< null: there is no other user to run them as
  const Operations* operations = nullptr;  ///< null: plugins have no commands
  CommandPort* commandPort = nullptr;      ///< likewise
  InstancePort* instancePort = nullptr;    ///< null: plugins operate no instances
  blobs::BlobStore* blobs = nullptr;       ///< null: plugins have no blobs
};

/// PluginLog over the event log. [Threading] as the log's.
class EventLogOfPlugins final : public PluginLog {
 public:
  explicit EventLogOfPlugins(events::EventLog& log) : log_(log) {}
  Result<void> append(InstanceKey instance, std::vector<events::Draft> drafts,
                      store::Batch operations, Done done) override {
    return log_.append(instance, std::move(drafts), std::move(operations), std::move(done));
  }
  Result<std::vector<events::EventPtr>> read(InstanceKey instance, std::uint64_t after,
                                             std::uint32_t limit, std::size_t maxBytes) override {
    return log_.read(instance, after, limit, maxBytes);
  }

 private:
  events::EventLog& log_;
};

/// Lanes over the dispatcher. [Threading] as the dispatcher's.
class DispatcherLanes final : public Lanes {
 public:
  explicit DispatcherLanes(delivery::Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
  Result<std::uint64_t> subscribe(delivery::SubscriptionSpec spec, delivery::Sink& sink) override {
    return dispatcher_.subscribe(std::move(spec), sink);
  }
  Result<void> setFilter(std::uint64_t subscription, InstanceKey instance,
                         std::optional<events::Filter> filter) override {
    return dispatcher_.setFilter(subscription, instance, std::move(filter));
  }
  void enable(std::uint64_t subscription, InstanceKey instance,
              std::optional<std::uint64_t> after) override {
    dispatcher_.enable(subscription, instance, after);
  }
  std::uint64_t head(InstanceKey instance) const override { return dispatcher_.head(instance); }
  void disable(std::uint64_t subscription, InstanceKey instance) override {
    dispatcher_.disable(subscription, instance);
  }
  void done(std::uint64_t token, delivery::Outcome outcome) override {
    dispatcher_.done(token, std::move(outcome));
  }

 private:
  delivery::Dispatcher& dispatcher_;
};

}  // namespace colibri::plugin
