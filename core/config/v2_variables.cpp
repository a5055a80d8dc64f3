#include "config/v2_variables.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace colibri::config {
namespace {

constexpr auto kUnread = std::to_array<std::string_view>({
    "API_AUDIO_CONVERTER",
    "API_AUDIO_CONVERTER_KEY",
    "CHATWOOT_*",
    "DIFY_ENABLED",
    "EVOAI_ENABLED",
    "FACEBOOK_APP_ID",
    "FACEBOOK_CONFIG_ID",
    "FACEBOOK_USER_TOKEN",
    "FLOWISE_ENABLED",
    "KAFKA_*",
    "METRICS_ALLOWED_IPS",
    "METRICS_AUTH_REQUIRED",
    "METRICS_PASSWORD",
    "METRICS_USER",
    "N8N_ENABLED",
    "NATS_*",
    "OPENAI_API_KEY_GLOBAL",
    "OPENAI_ENABLED",
    "PROVIDER_ENABLED",
    "PROXY_HOST",
    "PROXY_PASSWORD",
    "PROXY_PORT",
    "PROXY_PROTOCOL",
    "PROXY_USERNAME",
    "PUSHER_*",
    "S3_*",
    "SQS_*",
    "SSL_CONF_FULLCHAIN",
    "SSL_CONF_PRIVKEY",
    "TYPEBOT_*",
    "WA_BUSINESS_*",
});

}  // namespace

std::span<const std::string_view> unreadV2Names() noexcept {
  return kUnread;
}

std::vector<std::string> unreadV2Variables(const Environment& environment) {
  std::set<std::string> found;
  for (const auto& [name, value] : environment) {
    if (value.empty() || value == "false" || value == "0" || isContractVariable(name)) continue;
    const auto unread = std::ranges::find_if(
        kUnread, [&set = name](std::string_view candidate) { return isOfFamily(candidate, set); });
    if (unread != kUnread.end()) found.emplace(*unread);
  }
  return {found.begin(), found.end()};
}

}  // namespace colibri::config
