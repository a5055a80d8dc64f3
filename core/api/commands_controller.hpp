#pragma once

#include "api/call.hpp"
#include "commands/command_service.hpp"

namespace colibri::api {

/// Operations that the instance's connector carries out: the checked body goes to it, its result to
/// the caller. The header `Idempotency-Key` makes a repeat safe for 24 hours where one would do
/// harm.
///
/// [Threading] any thread; immutable. Nothing blocks: a request waits as a token.
class CommandsController {
 public:
  explicit CommandsController(commands::CommandService& commands) : commands_(commands) {}

  void serve(Call call) const;

 private:
  commands::CommandService& commands_;
};

/// What is wrong with a request's Idempotency-Key; nothing if it has none.
Faults faultsOfKey(const http::Headers& headers);
/// 400: "The "x" instance is not connected".
Answer notConnected(const instances::Instance& instance);

}  // namespace colibri::api
