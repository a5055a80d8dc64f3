#pragma once

#include <string>
#include <string_view>

namespace colibri::commands {

/// A WhatsApp message id of the form that linked web clients use ("3EB0" and 18 upper-case hex
/// digits), made from the instance and a text that names the request, so that the same request has
/// the same id. [pure]
std::string messageIdFor(std::string_view instanceId, std::string_view request);

/// The id of the message at `index` of a command that makes several, whose first has `messageId`:
/// the ABI's rule, so connectors derive the same. Empty if `messageId` is. [pure]
std::string messageIdAt(const std::string& messageId, std::size_t index);

}  // namespace colibri::commands
