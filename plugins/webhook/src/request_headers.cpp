#include "request_headers.hpp"

#include <algorithm>

#include "shared/ascii.hpp"
#include "signature.hpp"

namespace colibri::webhook {
namespace {

bool has(const Headers& headers, std::string_view name) noexcept {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& h) { return shared::sameIgnoringCase(h.first, name); });
}

}  // namespace

Headers requestHeaders(const Settings& settings, const Attempt& attempt, std::string_view body) {
  Headers headers = settings.headers;
  if (!settings.jwtKey.empty()) {
    std::erase_if(headers,
                  [](const auto& h) { return shared::sameIgnoringCase(h.first, "authorization"); });
    headers.emplace_back("Authorization",
                         "Bearer " + bearerToken(settings.jwtKey, attempt.seconds));
  }
  if (!has(headers, "content-type")) headers.emplace_back("Content-Type", "application/json");
  if (!has(headers, "user-agent")) headers.emplace_back("User-Agent", "Colibri-Webhook/0.1");
  headers.emplace_back("webhook-id", attempt.eventId);
  headers.emplace_back("webhook-timestamp", std::to_string(attempt.seconds));
  if (attempt.keys)
    headers.emplace_back("webhook-signature",
                         signatures(attempt.keys, attempt.eventId, attempt.seconds, body));
  if (attempt.sequence != 0)
    headers.emplace_back("x-colibri-sequence", std::to_string(attempt.sequence));
  if (!attempt.noMedia.empty()) headers.emplace_back("x-colibri-media-missing", attempt.noMedia);
  return headers;
}

}  // namespace colibri::webhook
