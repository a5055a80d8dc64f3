#include "configuration.hpp"

#include <algorithm>
#include <boost/json/value_to.hpp>
#include <cmath>

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;
using namespace event_settings;

std::optional<std::chrono::seconds> secondsAt(const json::object& object, std::string_view key) {
  const auto number = integerAt(object, key, 1, 86'400);
  return number ? std::optional(std::chrono::seconds(*number)) : std::nullopt;
}

RetryLimits readRetry(const json::object& object) {
  refuseUnknownKeys(object, {"max_attempts", "non_retryable_status_codes", "initial_delay_seconds",
                             "max_delay_seconds", "use_exponential_backoff", "jitter_factor"});
  RetryLimits limits;
  if (const auto most = integerAt(object, "max_attempts", 1, 1000))
    limits.maxAttempts = static_cast<std::uint32_t>(*most);
  if (const auto* codes = arrayAt(object, "non_retryable_status_codes"))
    for (const auto& code : *codes) {
      json::error_code error;
      const auto status = code.to_number<std::int64_t>(error);
      if (error || status < 300 || status > 599)
        refuse("retry.non_retryable_status_codes", "must be HTTP statuses from 300 to 599");
      limits.nonRetryableStatuses.push_back(static_cast<unsigned>(status));
    }
  limits.initialDelay = secondsAt(object, "initial_delay_seconds");
  limits.maxDelay = secondsAt(object, "max_delay_seconds");
  limits.exponential = boolAt(object, "use_exponential_backoff");
  if (const auto* jitter = object.if_contains("jitter_factor")) {
    json::error_code error;
    const double factor = jitter->to_number<double>(error);
    if (error || !(factor >= 0.0 && factor <= 1.0))
      refuse("retry.jitter_factor", "must be from 0 to 1");
    limits.jitter = factor;
  }
  return limits;
}

SigningKeys readGlobalKeys(const json::object& object) {
  SigningKeys keys;
  if (const auto secret = stringAt(object, "secret"))
    keys.current = SigningKey::parse("secret", *secret);
  if (const auto secret = stringAt(object, "previous_secret"))
    keys.previous = SigningKey::parse("previous_secret", *secret);
  if (keys.previous && !keys.current) refuse("previous_secret", "needs a secret beside it");
  return keys;
}

MediaLimits readMedia(const json::object& object) {
  constexpr std::int64_t kLeast = 1 << 10, kLargest = 256 << 20, kMost = std::int64_t{4} << 30;
  refuseUnknownKeys(object, {"max_bytes", "budget_bytes", "server"});
  MediaLimits limits;
  if (const auto bytes = integerAt(object, "max_bytes", kLeast, kLargest))
    limits.fileBytes = static_cast<std::uint64_t>(*bytes);
  if (const auto bytes = integerAt(object, "budget_bytes", kLeast, kMost))
    limits.budgetBytes = static_cast<std::uint64_t>(*bytes);
  if (auto server = stringAt(object, "server")) limits.server = std::move(*server);
  return limits;
}

std::optional<Settings> readGlobal(const json::object& object) {
  refuseUnknownKeys(object, {"enabled", "url", "by_events", "events"});
  if (!boolAt(object, "enabled").value_or(false)) return std::nullopt;
  Settings settings;
  settings.url = stringAt(object, "url").value_or("");
  if (settings.url.empty()) refuse("global.url", "is missing");
  checkUrl("global.url", settings.url);
  settings.byEvents = boolAt(object, "by_events").value_or(false);
  const auto* events = objectAt(object, "events");
  settings.events = readSwitches(events == nullptr ? json::object() : *events);
  if (settings.events.empty()) return std::nullopt;  // every one is switched off
  return settings;
}

}  // namespace

std::chrono::milliseconds RetryLimits::delayAfter(std::uint32_t attempt, double spread) const {
  using std::chrono::seconds;
  if (!initialDelay && !maxDelay && !exponential && !jitter) return {};
  const seconds first = initialDelay.value_or(seconds(5));
  const seconds most = std::max(maxDelay.value_or(seconds(300)), first);
  const auto doublings = std::min<std::uint32_t>(std::max<std::uint32_t>(attempt, 1) - 1, 20);
  const seconds wait =
      exponential.value_or(true) ? std::min(first * (std::int64_t{1} << doublings), most) : first;
  const double spreadSeconds =
      static_cast<double>(wait.count()) * (1.0 + spread * jitter.value_or(0.2));
  const auto jittered = std::chrono::milliseconds(std::llround(spreadSeconds * 1000.0));
  return std::max<std::chrono::milliseconds>(jittered, std::min(first, seconds(5)));
}

Configuration parseConfiguration(std::string_view text) {
  const auto object = parseObject(text);
  refuseUnknownKeys(object,
                    {"secret", "previous_secret", "timeout_ms", "retry", "media", "global"});
  Configuration configuration;
  configuration.keys = readGlobalKeys(object);
  if (const auto timeout = integerAt(object, "timeout_ms", 1000, 120'000))
    configuration.timeout = std::chrono::milliseconds(*timeout);
  if (const auto* retry = objectAt(object, "retry")) configuration.retry = readRetry(*retry);
  if (const auto* media = objectAt(object, "media")) configuration.media = readMedia(*media);
  if (const auto* global = objectAt(object, "global")) configuration.global = readGlobal(*global);
  return configuration;
}

}  // namespace colibri::webhook
