#include "plugin/host_api/instance_observer.hpp"

#include <memory>
#include <utility>

#include "log/log.hpp"
#include "plugin/abi.hpp"
#include "plugin/plugin_object.hpp"

namespace colibri::plugin {
namespace {

const Entry kOnStateEntry{"on_state"}, kOnSettingsEntry{"on_settings"};

void tell(const colibri_plugin_instance_observer& table, colibri_plugin* plugin,
          const instances::Transition& t) {
  auto e = abi::sized<colibri_instance_event>();
  e.state = static_cast<colibri_instance_state>(t.state);
  e.previous = static_cast<colibri_instance_state>(t.previous);
  e.flags = t.snapshot ? static_cast<std::uint32_t>(COLIBRI_EVENT_F_SNAPSHOT) : 0U;
  e.instance_key = t.instance;
  e.state_sequence = t.stateSequence;
  e.at_us = t.atUs;
  e.qr_expires_at_us = t.report.qrExpiresAtUs;
  e.pairing_code_expires_at_us = t.report.pairingCodeExpiresAtUs;
  e.reason = t.report.reason;
  e.network_code = t.report.networkCode;
  e.retry_in_ms = static_cast<std::uint32_t>(t.report.retryIn.count());
  e.instance_id = abi::str(t.instanceId);
  e.instance_name = abi::str(t.instanceName);
  e.owner_jid = abi::str(t.ownerJid);
  e.qr = abi::str(t.report.qr);
  e.pairing_code = abi::str(t.report.pairingCode);
  e.info_json = abi::str(t.report.infoJson);
  e.detail = abi::str(t.report.detail);
  table.on_state(plugin, &e);
}

}  // namespace

InstanceObserverApi::InstanceObserverApi(const Surroundings& s)
    : callee_(s.callee), sink_(s.object.api<EventSinkApi>()) {}

void InstanceObserverApi::onTransition(const instances::Transition& transition) {
  const auto instance = transition.instance;
  if (table_ != nullptr) {
    callee_.onLane(
        instance, kOnStateEntry, Callee::Kind::work,
        [this, transition](colibri_plugin* plugin) { tell(*table_, plugin, transition); });
  }
  const bool gone = transition.state == instances::State::deleted;
  if (gone) sink_.forget(instance);
  if (!gone) return;
  const std::scoped_lock lock(mutex_);
  told_.erase(instance);
}

void InstanceObserverApi::onSettings(InstanceKey instance,
                                     const instances::KeptSettings& settings) {
  {
    const std::scoped_lock lock(mutex_);
    told_.insert(instance);
  }
  tellSettings(instance, settings.inForce(), settings.from);
}

void InstanceObserverApi::onSettingsComplete(InstanceKey instance) {
  const bool first = [&] {
    const std::scoped_lock lock(mutex_);
    return told_.insert(instance).second;
  }();
  if (first) tellSettings(instance, {}, 0);
}

void InstanceObserverApi::tellSettings(InstanceKey instance, std::string json, std::uint64_t from) {
  callee_.onLane(
      instance, kOnSettingsEntry, Callee::Kind::work,
      [this, instance, from, json = std::move(json)](colibri_plugin* plugin) {
        if (table_ != nullptr && COLIBRI_HAS(table_, on_settings)) {
          auto err = abi::sized<colibri_error>();
          const auto status = table_->on_settings(plugin, instance, abi::str(json), &err);
          if (status < 0)
            return log::write(log::Level::warn, "plugin",
                              "the plugin refuses settings; the ones before stay in force",
                              {{"plugin", callee_.alias()},
                               {"instance", instance},
                               {"why", abi::errorOf(status, err).message}});
        }
        sink_.switchLanes(instance, !json.empty(), from);
      });
  sink_.introduce(instance);
}

const Capability InstanceObserverApi::kCapability{
    COLIBRI_EXT_INSTANCE_OBSERVER, nullptr,
    [](const void* table) {
      const auto* t = static_cast<const colibri_plugin_instance_observer*>(table);
      return COLIBRI_HAS(t, on_state);
    },
    Capability::makes<InstanceObserverApi>};

}  // namespace colibri::plugin
