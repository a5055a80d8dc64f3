#include "commands/message_id.hpp"

#include <algorithm>

#include "crypto/digest.hpp"

namespace colibri::commands {

std::string messageIdFor(std::string_view instanceId, std::string_view request) {
  std::string seed(instanceId);
  seed += '/';
  seed += request;
  auto digits = crypto::hex(crypto::sha256(seed)).substr(0, 18);
  std::transform(digits.begin(), digits.end(), digits.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  return "3EB0" + digits;
}

std::string messageIdAt(const std::string& messageId, std::size_t index) {
  if (index == 0 || messageId.empty()) return messageId;
  return messageIdFor(messageId, std::to_string(index));
}

}  // namespace colibri::commands
