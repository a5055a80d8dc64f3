#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/event_log.hpp"

namespace colibri::commands {

/// The messages that a command made, as its result tells them.
struct SentMessages {
  std::vector<events::Draft> drafts;  ///< `send.message` of each, of an edit `send.message.update`
  std::string messageId;              ///< of the first; empty: there is none, or it says none
};

/// Reads the result of a command of Effect::message: one message object, or
/// `{"messages":[...]}` with one for each recipient, of which those without `key.id` were not sent.
/// `messageId`: the command's, which is that of a single message whatever its object says; empty if
/// the network chooses. [pure] A result that is no JSON is one message of no chat, for it was sent.
SentMessages sentMessages(std::string_view result, const std::string& messageId);

}  // namespace colibri::commands
