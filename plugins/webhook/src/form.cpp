#include "form.hpp"

#include <array>

#include "event_settings/json_reader.hpp"
#include "signature.hpp"

namespace colibri::webhook {
namespace {

namespace json = boost::json;
using event_settings::Spelling;

constexpr auto kMembers =
    std::to_array<std::string_view>({"enabled", "url", "events", "byEvents", "base64", "headers",
                                     "secret", "previousSecret", "previousSecretUntil"});
constexpr auto kUpserted =
    std::to_array<std::string_view>({"enabled", "url", "events", "byEvents", "base64", "headers"});
constexpr auto kNullable = std::to_array<std::string_view>({"secret", "previousSecret"});
constexpr auto kSpellings = std::to_array<Spelling>({{"webhookUrl", "url"},
                                                     {"webhookEvents", "events"},
                                                     {"webhookByEvents", "byEvents"},
                                                     {"webhook_by_events", "byEvents"},
                                                     {"webhookBase64", "base64"},
                                                     {"webhook_base64", "base64"},
                                                     {"webhookHeaders", "headers"}});

constexpr std::int64_t kRotationSeconds = 24 * 60 * 60;

enum class Said { nothing, remove, given };

/// What `wished` says of a secret. null and "" remove it and are taken out.
Said take(json::object& wished, json::string_view name) {
  const auto* value = wished.if_contains(name);
  if (value == nullptr) return Said::nothing;
  if (!value->is_null() && *value != json::value("")) return Said::given;
  wished.erase(name);
  return Said::remove;
}

/// Nobody can send back what find does not show: without a word the secrets stay. A new secret
/// leaves the one before it in force for a day, unless the caller says what becomes of it.
void keepSecrets(json::object& wished, const json::object& before, std::int64_t nowUs) {
  const auto secret = take(wished, "secret"), previous = take(wished, "previousSecret");
  if (secret == Said::remove || !before.contains("secret")) return;
  if (secret == Said::nothing) wished["secret"] = before.at("secret");
  if (previous != Said::nothing) return;
  if (wished.at("secret") != before.at("secret")) {
    wished["previousSecret"] = before.at("secret");
    wished["previousSecretUntil"] = nowUs / kUsPerSecond + kRotationSeconds;
    return;
  }
  for (const auto* name : {"previousSecret", "previousSecretUntil"})
    if (const auto* kept = before.if_contains(name)) wished[name] = *kept;
}

/// A key that signs is not shown; find's answer may be sent back all the same.
constexpr const char* kMasked = "***";

json::value* jwtKeyOf(json::object& settings) {
  auto* headers = settings.if_contains("headers");
  return headers != nullptr && headers->is_object() ? headers->as_object().if_contains("jwt_key")
                                                    : nullptr;
}

void keepJwtKey(json::object& wished, json::object before) {
  auto* key = jwtKeyOf(wished);
  if (key == nullptr || *key != json::value(kMasked)) return;
  if (const auto* kept = jwtKeyOf(before))
    *key = *kept;
  else
    wished.at("headers").as_object().erase("jwt_key");
}

void requireUrl(const json::object& wished) {
  const bool enabled = event_settings::boolAt(wished, "enabled").value_or(true);
  const auto* url = wished.if_contains("url");
  if (enabled && (url == nullptr || *url == json::value("")))
    event_settings::refuse("url", "is missing");
}

void carryOver(json::object& wished, const json::object& before, std::int64_t nowUs) {
  requireUrl(wished);
  keepSecrets(wished, before, nowUs);
  keepJwtKey(wished, before);
}

/// What the n8n node says where it has no url. v2 gateways keep it and never call it.
constexpr const char *kVazio = "vazio", *kVazioEnabled = "vazioEnabled";

/// The host hears `enabled` false, so that there is no lane; vazioEnabled is what they said.
void fromV2(json::object& settings) {
  const auto* url = settings.if_contains("url");
  if (url == nullptr || *url != json::value(kVazio)) return;
  settings.erase("url");
  settings[kVazioEnabled] = event_settings::boolAt(settings, "enabled").value_or(true);
  settings["enabled"] = false;
}

void toV2(json::object& settings) {
  const auto enabled = event_settings::boolAt(settings, kVazioEnabled);
  if (!enabled) return;
  settings.erase(kVazioEnabled);
  settings["url"] = kVazio;
  settings["enabled"] = *enabled;
}

json::object shown(json::object settings) {
  settings.erase(kVazioEnabled);
  settings["url"] = event_settings::stringAt(settings, "url").value_or("");
  if (const auto secret = event_settings::stringAt(settings, "secret"))
    if (const auto key = SigningKey::parse("secret", *secret).publicKey(); !key.empty())
      settings["publicKey"] = key;
  settings["hasSecret"] = settings.erase("secret") != 0;
  settings.erase("previousSecret");
  if (auto* key = jwtKeyOf(settings)) *key = kMasked;
  return settings;
}

json::object row(json::object shown, bool enabled) {
  json::object row;
  for (const auto& [name, ours] : {std::pair{"url", "url"},
                                   {"headers", "headers"},
                                   {"enabled", "enabled"},
                                   {"events", "events"},
                                   {"webhookByEvents", "byEvents"},
                                   {"webhookBase64", "base64"}})
    row[name] = shown[ours];
  row["enabled"] = enabled;
  return row;
}

}  // namespace

const event_settings::Form& form() noexcept {
  static constexpr event_settings::Form kForm{.alias = "webhook",
                                              .members = kMembers,
                                              .upserted = kUpserted,
                                              .spellings = kSpellings,
                                              .nullable = kNullable,
                                              .carryOver = carryOver,
                                              .toV2 = toV2,
                                              .fromV2 = fromV2,
                                              .shown = shown,
                                              .row = row};
  return kForm;
}

void showSigner(const SigningKeys& keys, json::object& shown, std::string_view instanceId) {
  const bool derived = shown.erase("derivedSecret") != 0;
  if (!keys || shown.at("hasSecret").as_bool()) return;
  if (!derived) {
    shown["warning"] =
        "signed with the operator's secret, as those of other instances may be: whoever receives "
        "theirs can pass them off as this one's. webhook/set gives this one a secret of its own";
    return;
  }
  const auto key = keys.current.derivedFor(instanceId);
  if (const auto secret = key.sharedSecret(); !secret.empty())
    shown["signingSecret"] = secret;
  else
    shown["publicKey"] = key.publicKey();
}

}  // namespace colibri::webhook
