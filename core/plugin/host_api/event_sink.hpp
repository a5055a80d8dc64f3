#pragma once

#include <colibri/abi/ext/event_sink.h>

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "delivery/sink.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/misbehaviour.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"

namespace colibri::plugin {

/// "colibri.event-sink/1" of one plugin object: its subscriptions, and deliveries both ways.
///
/// A delivery for an instance that the plugin has not been introduced to (state, then settings)
/// waits here until it has; such waits are bounded by the lane's credit.
///
/// [Threading] any thread; locked by mutex_.
class EventSinkApi final : public CapabilityOf<colibri_plugin_event_sink>, public delivery::Sink {
 public:
  explicit EventSinkApi(const Surroundings& s);

  // From the dispatcher.
  void deliver(events::EventPtr event, const delivery::Attempt& attempt) override;
  void revoke(std::uint64_t token, InstanceKey instance) override;

  // From the plugin host.
  /// The instance's state and settings are on its lane: deliveries may follow.
  void introduce(InstanceKey instance);
  void forget(InstanceKey instance);
  /// The plugin took these settings: its lanes for the instance go ACTIVE or OFF. `from`: the
  /// events after this sequence count, whatever came meanwhile.
  void switchLanes(InstanceKey instance, bool on, std::uint64_t from);
  void closing(bool failed) override;
  /// Gives back what the plugin has not answered.
  void ended() override;

  // From the plugin.
  colibri_status subscribe(const colibri_subscription* wanted, std::uint64_t* id,
                           colibri_error* err);
  colibri_status setFilter(std::uint64_t subscription, InstanceKey instance, colibri_str json,
                           colibri_error* err);
  void done(std::uint64_t token, colibri_status status, std::uint32_t retryAfterMs,
            colibri_str detail);
  void doneWith(std::uint64_t token, const colibri_attempt_report* report);

  static const colibri_host_event_sink kTable;
  static const Capability kCapability;

 private:
  Result<void> attached(const Introduction& of) override;
  using Parked = std::vector<std::pair<events::EventPtr, delivery::Attempt>>;
  void hand(events::EventPtr event, const delivery::Attempt& attempt);
  void refuse(std::uint64_t token);
  void settle(std::uint64_t token, delivery::Outcome outcome);
  void answered(std::uint64_t token, delivery::Outcome outcome);

  const PluginObject& object_;
  Callee& callee_;
  Lanes& lanes_;
  Misbehaviour& misbehaviour_;
  std::atomic<bool> closing_{false}, failed_{false};
  struct Held {};
  OpenTokens<Held> open_;                                  // deliveries that the plugin holds
  mutable std::mutex mutex_;                               // guards the rest
  std::unordered_map<std::uint64_t, bool> subscriptions_;  // id, all instances?
  bool introductions_ = false;  // the plugin observes instances, so these come first
  std::unordered_set<InstanceKey> introduced_;
  std::unordered_map<InstanceKey, Parked> parked_;
};

/// What a status means for the lane (the table of event_sink.h).
delivery::Outcome outcomeOf(colibri_status status, std::uint32_t retryAfterMs, std::string detail);

}  // namespace colibri::plugin
