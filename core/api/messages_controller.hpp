#pragma once

#include "api/call.hpp"
#include "commands/command_service.hpp"

namespace colibri::api {

/// Sending. 201 means that the network has acknowledged the message. The header `Idempotency-Key`
/// makes a repeat safe for 24 hours.
///
/// [Threading] any thread; immutable. Nothing blocks: a request waits as a token.
class MessagesController {
 public:
  explicit MessagesController(commands::CommandService& commands) : commands_(commands) {}

  void sendText(Call call) const;

 private:
  commands::CommandService& commands_;
};

}  // namespace colibri::api
