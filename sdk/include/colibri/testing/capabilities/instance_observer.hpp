// colibri/testing/capabilities/instance_observer.hpp -- FakeHost's instance-observer/1: states and settings.
#pragma once

#include <colibri/abi/ext/instance_observer.h>
#include <colibri/testing/fake_core.hpp>

namespace colibri::testing {

class FakeInstanceObserver : public virtual FakeCore {
 public:
  static constexpr const char* kId = COLIBRI_EXT_INSTANCE_OBSERVER;

  void state(const InstanceState& s) {  ///< on_state
    auto e = sdk::sized<colibri_instance_event>();
    e.state = s.state;
    e.previous = s.previous;
    e.flags = s.snapshot ? uint32_t{COLIBRI_EVENT_F_SNAPSHOT} : 0U;
    e.instance_key = s.instance;
    e.state_sequence = s.stateSequence;
    e.at_us = s.atUs;
    e.qr_expires_at_us = s.qrExpiresAtUs;
    e.pairing_code_expires_at_us = s.pairingCodeExpiresAtUs;
    e.reason = s.reason;
    e.network_code = s.networkCode;
    e.retry_in_ms = s.retryInMs;
    e.instance_id = sdk::str(s.instanceId);
    e.instance_name = sdk::str(s.instanceName);
    e.owner_jid = sdk::str(s.owner);
    e.qr = sdk::str(s.qr);
    e.pairing_code = sdk::str(s.pairingCode);
    e.info_json = sdk::str(s.infoJson);
    e.detail = sdk::str(s.detail);
    extension<colibri_plugin_instance_observer>(kId)->on_state(plugin_, &e);
  }
  colibri_status settings(uint64_t instance, std::string_view json) {  ///< on_settings; "" = OFF
    {
      const std::scoped_lock lock(mutex_);
      inForce_[instance] = !json.empty();
    }
    const auto* observer = extension<colibri_plugin_instance_observer>(kId);
    if (observer == nullptr || !COLIBRI_HAS(observer, on_settings)) return COLIBRI_OK;
    return call(
        [&](colibri_error* err) { return observer->on_settings(plugin_, instance, sdk::str(json), err); });
  }

  /// Whether the plugin has settings in force for it. For other parts; locked.
  bool hasSettings(uint64_t instance) const {
    const auto found = inForce_.find(instance);
    return found != inForce_.end() && found->second;
  }

 private:
  std::map<uint64_t, bool> inForce_;
};

}  // namespace colibri::testing
