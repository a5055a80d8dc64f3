#pragma once

#include <string>

#include "base/function.hpp"
#include "base/result.hpp"
#include "catalogue/operation.hpp"
#include "instances/instance.hpp"

namespace colibri::commands {

using catalogue::Effect;

struct CommandRequest {
  instances::InstancePtr instance;
  std::string name;  ///< its operation's: "message.sendText"
  Effect effect = Effect::once;
  bool whileLinking = false;   ///< it is for an instance that is connecting, not for an open one
  std::string body;            ///< UTF-8 JSON, schema per name
  std::string idempotencyKey;  ///< as the caller gave it; empty = none
  /// Of the message, as the caller chose it; empty = the service chooses. It is the idempotency
  /// key, too, if there is no other. Of no meaning but with Effect::message.
  std::string messageId = {};
  /// The plugin that asks for it, which its events will name; empty = none.
  std::string origin = {};
};

struct CommandAnswer {
  /// The result JSON. Errors: unavailable (never handed over: not connected, no plugin), timeout
  /// (outcome unknown), rejected (the network or the connector says no; the text may be a JSON
  /// object for the caller), conflict (the key or id was used with another request),
  /// overLimit (the instance keeps too many records of keys), unsupported.
  Result<std::string> outcome;
  std::string messageId;  ///< empty if the command sends no message
};

using CommandDone = Function<void(CommandAnswer)>;

}  // namespace colibri::commands
