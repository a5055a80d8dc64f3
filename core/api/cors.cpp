#include "api/cors.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace colibri::api {
namespace {

constexpr std::size_t kLongestHeaderList = 1024;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

/// A list of header names and nothing else.
bool isHeaderList(std::string_view text) {
  return !text.empty() && text.size() <= kLongestHeaderList &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == ',' || c == ' ';
         });
}

}  // namespace

Cors::Cors(Options options)
    : options_(std::move(options)),
      everyOrigin_(std::ranges::find(options_.origins, "*") != options_.origins.end()),
      methods_(joined(options_.methods)) {}

bool Cors::allows(std::string_view origin) const {
  return everyOrigin_ || std::ranges::any_of(options_.origins, [&](const std::string& allowed) {
           return sameIgnoringCase(allowed, origin);
         });
}

Cors::Fields Cors::fieldsFor(const http::Headers& request) const {
  const auto origin = request.get("origin");
  if (origin.empty()) return {};
  Fields fields;
  // Browsers refuse `*` together with credentials, so the page's own origin stands there.
  const bool named = !everyOrigin_ || options_.credentials;
  if (named) fields.emplace_back("Vary", "Origin");
  if (!allows(origin)) return fields;
  fields.emplace_back("Access-Control-Allow-Origin", named ? std::string(origin) : "*");
  if (options_.credentials) fields.emplace_back("Access-Control-Allow-Credentials", "true");
  fields.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  return fields;
}

Answer Cors::preflight(const http::Headers& request) const {
  Answer answer{204, {}, {}};
  const auto origin = request.get("origin");
  if (origin.empty() || !allows(origin)) return answer;
  answer.headers.emplace_back("Access-Control-Allow-Methods", methods_);
  const auto wanted = request.get("access-control-request-headers");
  answer.headers.emplace_back(
      "Access-Control-Allow-Headers",
      isHeaderList(wanted) ? std::string(wanted) : "apikey, content-type, idempotency-key");
  answer.headers.emplace_back("Access-Control-Max-Age", "600");
  return answer;
}

}  // namespace colibri::api
