#include "api/shapes.hpp"

#include <boost/json.hpp>

#include "base/iso_time.hpp"
#include "shared/json.hpp"

namespace colibri::api::shapes {
namespace {

namespace json = boost::json;
using instances::Instance;

json::value orNull(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object qrCode(Dialect dialect, const instances::QrCode& qr) {
  if (dialect == Dialect::v2) {
    return {{"pairingCode", orNull(qr.pairingCode)},
            {"code", qr.code},
            {"base64", qr.base64},
            {"count", qr.count}};
  }
  json::object out{{"code", qr.code}, {"base64", qr.base64}};
  const auto until = [&](const char* member, std::int64_t us) {
    if (us != 0) out[member] = isoTime(us);
  };
  until("expiresAt", qr.expiresAtUs);
  if (qr.pairingCode.empty()) return out;
  out["pairingCode"] = qr.pairingCode;
  until("pairingCodeExpiresAt", qr.pairingCodeExpiresAtUs);
  return out;
}

json::object nameAndState(const Instance& instance) {
  return {{"instanceName", instance.row.name}, {"state", instances::name(instance.api)}};
}

json::object v2Success(const char* message) {
  return {
      {"status", "SUCCESS"}, {"error", false}, {"response", json::object{{"message", message}}}};
}

/// The settings of a receiver of events, as rows of v2 have them; null if there are none.
json::value relation(const Instance& instance, std::string_view alias) {
  const auto at = instance.settings.find(alias);
  if (at == instance.settings.end()) return nullptr;
  const auto settings = shared::parseJson(at->second.json).value;
  const auto* events = settings.as_object().if_contains("events");
  return json::object{{"id", instance.row.id},
                      {"enabled", at->second.enabled},
                      {"events", events == nullptr ? json::value(json::array()) : *events},
                      {"createdAt", timeOrNull(at->second.createdAtUs)},
                      {"updatedAt", timeOrNull(at->second.updatedAtUs)},
                      {"instanceId", instance.row.id}};
}

/// What v2 shows of a new instance's webhook; empty if it has none.
json::object webhookV2(const Instance& instance) {
  json::object out;
  const auto at = instance.settings.find("webhook");
  if (at == instance.settings.end()) return out;
  const auto settings = shared::parseJson(at->second.json).value;
  const auto show = [&](const char* member, const char* as) {
    if (const auto* value = settings.as_object().if_contains(member)) out[as] = *value;
  };
  const auto mask = [&](std::string_view header) {
    auto* headers = out.if_contains("webhookHeaders");
    if (headers == nullptr || !headers->is_object()) return;
    if (auto* value = headers->as_object().if_contains(header)) *value = "***";
  };
  show("url", "webhookUrl");
  show("headers", "webhookHeaders");
  mask("jwt_key");  // it signs
  show("byEvents", "webhookByEvents");
  show("base64", "webhookBase64");
  return out;
}

/// What the gateway does; none of them can be changed yet.
json::object settings() {
  return {{"rejectCall", false},      {"msgCall", ""},         {"groupsIgnore", false},
          {"alwaysOnline", false},    {"readMessages", false}, {"readStatus", false},
          {"syncFullHistory", false}, {"wavoipToken", ""}};
}

/// The same as a row of v2.
json::object settingRow(const Instance& instance) {
  json::object out{{"id", instance.row.id}};
  for (auto& [key, value] : settings()) out[key] = std::move(value);
  out["createdAt"] = out["updatedAt"] = timeOrNull(instance.row.createdAtUs);
  out["instanceId"] = instance.row.id;
  return out;
}

json::object createdV2(const instances::Created& created) {
  const auto& row = created.instance->row;
  json::object out{{"instance", json::object{{"instanceName", row.name},
                                             {"instanceId", row.id},
                                             {"integration", row.integration},
                                             {"webhookWaBusiness", nullptr},
                                             {"accessTokenWaBusiness", ""},
                                             {"status", instances::name(created.instance->api)}}},
                   {"hash", created.token},
                   {"webhook", webhookV2(*created.instance)}};
  for (const auto* sink : {"websocket", "rabbitmq", "nats", "sqs"}) {
    json::object shown;
    if (created.instance->settings.contains(sink)) shown["enabled"] = true;
    out[sink] = std::move(shown);
  }
  out["settings"] = settings();
  if (created.qr) out["qrcode"] = qrCode(Dialect::v2, *created.qr);
  return out;
}

}  // namespace

json::value timeOrNull(std::int64_t us) {
  return us == 0 ? json::value(nullptr) : json::value(isoTime(us));
}

json::value created(Dialect dialect, const instances::Created& created) {
  if (dialect == Dialect::v2) return createdV2(created);
  const auto& row = created.instance->row;
  json::object out{
      {"instance",
       json::object{{"instanceName", row.name}, {"instanceId", row.id}, {"status", "created"}}},
      {"hash", json::object{{"apikey", created.token}}}};
  if (created.qr) out["qrcode"] = qrCode(dialect, *created.qr);
  return out;
}

json::value connected(Dialect dialect, const instances::Connected& connected) {
  if (!connected.qr) return state(dialect, *connected.instance);
  if (dialect == Dialect::v2) return qrCode(dialect, *connected.qr);
  return json::object{{"qrcode", qrCode(dialect, *connected.qr)}};
}

json::value state(Dialect dialect, const Instance& instance) {
  if (dialect == Dialect::v2) return json::object{{"instance", nameAndState(instance)}};
  return json::object{{"instance", instance.row.name}, {"state", instances::name(instance.api)}};
}

json::value restarted(Dialect dialect, const Instance& instance) {
  if (dialect == Dialect::v2) return json::object{{"instance", nameAndState(instance)}};
  return json::object{{"instance", instance.row.name}, {"status", "restarted"}};
}

json::value presence(Dialect dialect, const Instance& instance, const std::string& presence) {
  if (dialect == Dialect::v2) return json::object{{"presence", presence}};
  return json::object{{"instance", instance.row.name}, {"presence", presence}};
}

json::value loggedOut(Dialect dialect, const Instance& instance) {
  if (dialect == Dialect::v2) return v2Success("Instance logged out");
  return json::object{{"instance", instance.row.name}, {"status", "logged out"}};
}

json::value deleted(Dialect dialect, const Instance& instance) {
  if (dialect == Dialect::v2) return v2Success("Instance deleted");
  return json::object{{"instance", instance.row.name}, {"status", "deleted"}};
}

json::value row(Dialect dialect, const Instance& instance, const std::string& token) {
  const auto& r = instance.row;
  if (dialect == Dialect::native) {
    return json::object{{"instanceName", r.name},
                        {"instanceId", r.id},
                        {"integration", r.integration},
                        {"status", instances::name(instance.api)},
                        {"owner", orNull(r.ownerJid)}};
  }
  const bool wasClosed = r.disconnectionCode != 0;
  return json::object{
      {"id", r.id},
      {"name", r.name},
      {"connectionStatus", instances::name(instance.api)},
      {"ownerJid", orNull(r.ownerJid)},
      {"profileName", orNull(r.profileName)},
      {"profilePicUrl", orNull(r.profilePictureUrl)},
      {"integration", r.integration},
      {"number", orNull(r.number)},
      {"businessId", nullptr},
      {"token", token},
      {"clientName", "colibri"},
      {"disconnectionReasonCode",
       wasClosed ? json::value(r.disconnectionCode) : json::value(nullptr)},
      {"disconnectionObject", wasClosed ? orNull(instance.last.detail) : json::value(nullptr)},
      {"disconnectionAt", timeOrNull(r.disconnectedAtUs)},
      {"createdAt", timeOrNull(r.createdAtUs)},
      {"updatedAt", timeOrNull(r.updatedAtUs)},
      // Relations that are not kept here.
      {"Chatwoot", nullptr},
      {"Proxy", nullptr},
      {"Rabbitmq", relation(instance, "rabbitmq")},
      {"Nats", nullptr},
      {"Sqs", nullptr},
      {"Websocket", relation(instance, "websocket")},
      {"Setting", settingRow(instance)},
      {"_count", json::object{{"Message", 0}, {"Contact", 0}, {"Chat", 0}}}};
}

}  // namespace colibri::api::shapes
