#include "instances/names.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace colibri::instances {
namespace {

/// Lower case. Routers, root words, and the actions that would make two readings of one path.
constexpr std::array<std::string_view, 40> kReserved = {
    "instance", "message", "call",    "chat",         "business",  "group",    "template",
    "settings", "proxy",   "label",   "webhook",      "websocket", "rabbitmq", "nats",
    "sqs",      "kafka",   "pusher",  "chatwoot",     "typebot",   "openai",   "dify",
    "flowise",  "n8n",     "evoai",   "evolutionbot", "baileys",   "s3",       "manager",
    "assets",   "store",   "metrics", "verify-creds", "socket.io", "docs",     "health",
    "ready",    "plugins", "set",     "find",         "deliveries"};
/// Prefixes of whole dialects.
constexpr std::array<std::string_view, 2> kDialects = {"v2", "native"};

bool isUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto second = size > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second >= 0xa0;
    const bool beyond = lead == 0xf4 && second >= 0x90;
    if (overlong || surrogate || beyond) return false;
    i += size;
  }
  return true;
}

std::string lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

Error bad(std::string message) {
  return {Errc::invalidArgument, std::move(message)};
}

}  // namespace

Result<void> checkName(std::string_view name, std::span<const std::string> mounts) {
  if (name.empty()) return bad("instanceName must not be empty");
  if (name.size() > 255) return bad("instanceName is longer than 255 bytes");
  if (name == "." || name == "..") return bad("instanceName must not be \".\" or \"..\"");
  if (!isUtf8(name)) return bad("instanceName is not valid UTF-8");
  for (const char c : name) {
    if (c == '/') return bad("instanceName must not contain \"/\"");
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return bad("instanceName must not contain control characters");
    }
  }
  const auto lower = lowered(name);
  const auto is = [&](std::string_view word) { return word == lower; };
  if (std::any_of(kReserved.begin(), kReserved.end(), is) ||
      std::any_of(kDialects.begin(), kDialects.end(), is) ||
      std::any_of(mounts.begin(), mounts.end(),
                  [&](const std::string& word) { return lowered(word) == lower; })) {
    return bad("instanceName \"" + std::string(name) +
               "\" is reserved, because routes begin with it");
  }
  return {};
}

}  // namespace colibri::instances
