#pragma once

#include <colibri/abi/ext/instance_observer.h>

#include <mutex>
#include <string>
#include <unordered_set>

#include "instances/connector.hpp"
#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/event_sink.hpp"

namespace colibri::plugin {

/// One plugin object's view of instances: transitions and its settings, in order, on the instance's
/// lane; and what settings mean for its lanes: ACTIVE once the plugin took them, OFF when they are
/// empty, also of a plugin that does not observe.
///
/// [Threading] any thread, ordered per instance; locked by mutex_.
class InstanceObserverApi final : public CapabilityOf<colibri_plugin_instance_observer> {
 public:
  explicit InstanceObserverApi(const Surroundings& s);

  void onTransition(const instances::Transition& transition);
  void onSettings(InstanceKey instance, const instances::KeptSettings& settings);
  /// No settings follow for now: without any so far they are OFF.
  void onSettingsComplete(InstanceKey instance);

  static const Capability kCapability;

 private:
  void tellSettings(InstanceKey instance, std::string json, std::uint64_t from);

  Callee& callee_;
  EventSinkApi& sink_;
  std::mutex mutex_;                      // guards told_
  std::unordered_set<InstanceKey> told_;  // settings of these have been passed on
};

}  // namespace colibri::plugin
