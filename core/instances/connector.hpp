#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "instances/kept_settings.hpp"

namespace colibri::instances {

/// Internal states; the numbers are the ABI's (colibri/abi/ext/connector.h).
enum class State : std::uint8_t {
  created = 1,
  connecting,
  qr,
  pairingCode,
  open,
  closing,
  closed,
  error,
  loggedOut,
  deleted,
  passkey  ///< the code was scanned; the network wants a passkey of the account, too
};

/// What a connector reports, copied out of the ABI.
struct StateReport {
  State state = State::created;
  InstanceKey instance = 0;
  std::int64_t qrExpiresAtUs = 0, pairingCodeExpiresAtUs = 0;
  std::int32_t reason = 0;  ///< a colibri_status
  std::int32_t networkCode = 0;
  std::chrono::milliseconds retryIn{0};  ///< closed, error: until its next try; 0 = none scheduled
  std::string qr, pairingCode;           ///< secret
  std::string infoJson;                  ///< {"ownerJid","profileName","profilePictureUrl"}
  std::string detail;                    ///< one sentence, no secrets
};

struct OpenSpec {
  InstanceKey instance = 0;
  std::string id, name;
  std::string settingsJson;  ///< of the connector's own alias; empty = none
  /// "number":"5511..." = ask for a pairing code, too; "linked":true = it has been paired, so there
  /// have to be credentials: without them it is logged out, and shows no QR code unasked.
  std::string optionsJson;
};

struct Command {
  std::uint64_t token = 0;  ///< never reused; comes back in complete()
  InstanceKey instance = 0;
  std::int64_t deadlineUs = 0;
  bool isSafe = false;    ///< carrying it out twice harms nobody
  std::string name;       ///< "message.sendText"
  std::string messageId;  ///< of the first message; empty if it sends none or the network chooses
  std::string idempotencyKey;
  std::string body;  ///< UTF-8 JSON
};

/// A channel's plugin as the host's logic sees it; core/plugin implements it over the ABI.
///
/// [Threading] any thread. Every call is posted to the instance's strand and returns at once;
/// refusals come back through `refused` of the call (open, close, logout) or as a completion
/// (submit).
class Connector {
 public:
  using Refused = std::function<void(Error)>;
  virtual ~Connector() = default;
  virtual const std::vector<std::string>& integrations() const = 0;
  virtual const std::vector<std::string>& commands() const = 0;
  /// The network chooses the ids of messages, so commands have none.
  virtual bool hasNetworkIds() const = 0;
  virtual const std::string& alias() const = 0;
  virtual void open(OpenSpec spec, Refused refused) = 0;
  virtual void close(InstanceKey instance, std::chrono::milliseconds deadline, Refused refused) = 0;
  virtual void logout(InstanceKey instance, std::chrono::milliseconds deadline,
                      Refused refused) = 0;
  /// Last call for this key; `done` runs when the plugin returned from it.
  virtual void forget(InstanceKey instance, std::function<void()> done) = 0;
  virtual void submit(Command command, Refused refused) = 0;
  virtual void cancel(std::uint64_t token) = 0;
};

/// Everything an observer is told of one transition.
struct Transition {
  State state = State::created, previous = State::created;
  bool snapshot = false;
  InstanceKey instance = 0;
  std::uint64_t stateSequence = 0;
  std::int64_t atUs = 0;
  StateReport report;  ///< with the QR and the pairing code that are current
  std::string instanceId, instanceName, ownerJid;
};

/// Hears of every internal transition and of settings. core/plugin passes it on to plugins.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void onTransition(
      const Transition& transition) = 0;  ///< [any thread], ordered per instance
  /// Validated settings of one plugin for one instance, in force or not.
  virtual void onSettings(InstanceKey instance, const std::string& alias,
                          const KeptSettings& settings) = 0;
  /// After an instance's first transition and its settings: the aliases not named have none.
  virtual void onSettingsComplete(InstanceKey) {}
};

}  // namespace colibri::instances
