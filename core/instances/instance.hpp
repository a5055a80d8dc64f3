#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "instances/connector.hpp"
#include "instances/kept_settings.hpp"
#include "instances/state_machine.hpp"
#include "store/rows.hpp"

namespace colibri::instances {

/// Everything known of one instance at one moment.
///
/// [Threading] immutable once in the registry; a change is a new object.
struct Instance {
  store::InstanceRow row;
  State state = State::created;
  ApiState api = ApiState::close;
  std::uint64_t stateSequence = 0;
  /// The last report, with the QR and the pairing code side by side as long as one is shown.
  StateReport last;
  std::uint32_t qrCount = 0;  ///< QR codes of the present attempt
  SteadyTime qrUntil{};       ///< the QR is good until then; nothing = as long as it is there
  SteadyTime codeUntil{};     ///< the same of the pairing code
  /// By plugin alias.
  std::map<std::string, KeptSettings, std::less<>> settings;
  /// The pairing code can still be typed in.
  bool isCodeGood(SteadyTime now) const {
    return !last.pairingCode.empty() && (last.pairingCodeExpiresAtUs == 0 || now < codeUntil);
  }
  bool ready = false;     ///< its creation is durable; before that nobody finds it by name or key
  bool deleting = false;  ///< being removed: it answers nobody any more, its name is still taken
};

using InstancePtr = std::shared_ptr<const Instance>;

}  // namespace colibri::instances
