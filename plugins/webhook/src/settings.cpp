#include "settings.hpp"

#include <algorithm>
#include <array>

#include "event_settings/events.hpp"
#include "event_settings/json_reader.hpp"
#include "shared/ascii.hpp"
#include "shared/http_url.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;
using namespace event_settings;

constexpr std::size_t kLongestUrl = 2048, kMostHeaders = 64, kLongestName = 128,
                      kLongestValue = 4096;

bool isControl(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Ours, or the connection's: they decide where a request ends and whom it is for.
bool isReserved(const std::string& name) noexcept {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"host", "content-length", "transfer-encoding", "connection",
                                       "upgrade", "keep-alive", "te", "trailer", "expect"});
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         name.starts_with("proxy-") || name.starts_with("webhook-") ||
         name.starts_with("x-colibri-");
}

bool isToken(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

void readHeaders(const json::object& headers, Settings& into) {
  if (headers.size() > kMostHeaders) refuse("headers", "must be at most 64");
  std::vector<std::string> seen;
  for (const auto& entry : headers) {
    const std::string name(entry.key().data(), entry.key().size());
    if (!isToken(name)) refuse("headers", "names must consist of letters, digits, - and _");
    const auto key = "headers." + name;
    if (!entry.value().is_string()) refuse(key, "must be a string");
    const std::string value(entry.value().as_string());
    if (value.size() > kLongestValue || std::any_of(value.begin(), value.end(), isControl))
      refuse(key, "must have at most 4096 characters and no control characters");
    if (name == "jwt_key") {
      into.jwtKey = value;
      continue;
    }
    const auto folded = shared::lowerCase(name);
    if (isReserved(folded)) refuse(key, "cannot be set");
    if (std::find(seen.begin(), seen.end(), folded) != seen.end()) refuse(key, "is there twice");
    seen.push_back(folded);
    into.headers.emplace_back(name, value);
  }
}

SigningKeys readKeys(const json::object& object) {
  constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999
  SigningKeys keys;
  if (const auto secret = stringAt(object, "secret"))
    keys.current = SigningKey::parse("secret", *secret);
  if (const auto secret = stringAt(object, "previousSecret"))
    keys.previous = SigningKey::parse("previousSecret", *secret);
  if (const auto until = integerAt(object, "previousSecretUntil", 0, kLatest))
    keys.previousUntil = *until;
  if (keys.previous && !keys.current) refuse("previousSecret", "needs a secret beside it");
  return keys;
}

}  // namespace

void checkUrl(std::string_view key, std::string_view url) {
  if (url.size() > kLongestUrl) refuse(key, "must have at most 2048 characters");
  if (const auto* problem = shared::httpUrlProblem(url)) refuse(key, problem);
}

Settings parseSettings(std::string_view text) {
  const auto object = parseObject(text);
  refuseUnknownKeys(object,
                    {"enabled", "url", "events", "byEvents", "base64", "headers", "secret",
                     "previousSecret", "previousSecretUntil", "derivedSecret", "vazioEnabled"});
  Settings settings;
  settings.enabled = boolAt(object, "enabled").value_or(true);
  settings.url = stringAt(object, "url").value_or("");
  if (settings.enabled && settings.url.empty()) refuse("url", "is missing");
  if (!settings.url.empty()) checkUrl("url", settings.url);
  if (boolAt(object, "vazioEnabled") && (settings.enabled || !settings.url.empty()))
    refuse("vazioEnabled", "goes with enabled false and no url");
  if (const auto* events = arrayAt(object, "events")) settings.events = readEvents(*events);
  settings.byEvents = boolAt(object, "byEvents").value_or(false);
  settings.base64 = boolAt(object, "base64").value_or(false);
  if (const auto* headers = objectAt(object, "headers")) readHeaders(*headers, settings);
  settings.keys = readKeys(object);
  settings.derivedSecret = boolAt(object, "derivedSecret").value_or(false);
  return settings;
}

std::string targetOf(const Settings& settings, std::string_view wireName) {
  if (!settings.byEvents) return settings.url;
  const auto end = std::min(settings.url.find_first_of("?#"), settings.url.size());
  auto path = settings.url.substr(0, end);
  if (path.ends_with('/')) path.pop_back();
  std::string name(wireName);
  std::replace(name.begin(), name.end(), '.', '-');
  return path + '/' + name + settings.url.substr(end);
}

std::string filterOf(const Settings& settings) {
  return settings.events.empty() ? std::string() : event_settings::filterOf(settings.events);
}

}  // namespace colibri::webhook
