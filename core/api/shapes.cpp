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

json::object settingsOf(const instances::KeptSettings& kept) {
  return shared::parseJson(kept.json).value.as_object();
}

/// What rows of v2 show of an instance's settings, by the names that the plugins' schemas give.
void addRelations(const Instance& instance, const Schemas& schemas, json::object& row) {
  for (const auto name : catalogue::v2Relations()) row[name] = nullptr;
  for (const auto& [alias, kept] : instance.settings) {
    const auto schema = schemas.find(alias);
    if (schema == schemas.end()) continue;
    const auto settings = settingsOf(kept);
    if (auto id = schema->second.businessId(settings); !id.is_null()) row["businessId"] = id;
    if (schema->second.rowName().empty()) continue;
    json::object relation{{"id", instance.row.id}};
    for (auto& [key, value] : schema->second.rowV2(settings, kept.enabled))
      relation[key] = std::move(value);
    relation["createdAt"] = timeOrNull(kept.createdAtUs);
    relation["updatedAt"] = timeOrNull(kept.updatedAtUs);
    relation["instanceId"] = instance.row.id;
    row[schema->second.rowName()] = std::move(relation);
  }
}

/// The same as a row of v2.
json::object settingRow(const Instance& instance) {
  json::object out{{"id", instance.row.id}};
  for (auto& [key, value] : settings(instance)) out[key] = std::move(value);
  out["createdAt"] = out["updatedAt"] = timeOrNull(instance.row.createdAtUs);
  out["instanceId"] = instance.row.id;
  return out;
}

json::object createdV2(const instances::Created& created, const Schemas& schemas) {
  const auto& row = created.instance->row;
  json::object out{{"instance", json::object{{"instanceName", row.name},
                                             {"instanceId", row.id},
                                             {"integration", row.integration},
                                             {"webhookWaBusiness", nullptr},
                                             {"accessTokenWaBusiness", ""},
                                             {"status", instances::name(created.instance->api)}}},
                   {"hash", created.token}};
  for (const auto name : catalogue::v2Created()) out[name] = json::object();
  for (const auto& [alias, kept] : created.instance->settings) {
    const auto schema = schemas.find(alias);
    auto shown =
        schema == schemas.end() ? json::value() : schema->second.createdV2(settingsOf(kept));
    if (!shown.is_null()) out[alias] = std::move(shown);
  }
  out["settings"] = settings(*created.instance);
  if (created.qr) out["qrcode"] = qrCode(Dialect::v2, *created.qr);
  return out;
}

}  // namespace

namespace {

constexpr std::string_view kAccountSettings[] = {"rejectCall", "msgCall", "groupsIgnore",
                                                 "alwaysOnline", "readMessages"};

/// Those that cannot be changed are off.
json::object settingsIn(const json::object& ofConnector) {
  json::object out{{"rejectCall", false},      {"msgCall", ""},         {"groupsIgnore", false},
                   {"alwaysOnline", false},    {"readMessages", false}, {"readStatus", false},
                   {"syncFullHistory", false}, {"wavoipToken", ""}};
  for (const auto name : kAccountSettings)
    if (const auto* value = ofConnector.if_contains(name)) out[name] = *value;
  return out;
}

}  // namespace

std::span<const std::string_view> accountSettings() noexcept {
  return kAccountSettings;
}

json::object settings(const instances::KeptSettings& ofConnector) {
  return settingsIn(shared::parseJson(ofConnector.json).value.as_object());
}

json::object settings(const Instance& instance) {
  // Only a connector's have such members.
  for (const auto& [alias, kept] : instance.settings) {
    const auto object = shared::parseJson(kept.json).value;
    if (object.as_object().contains(kAccountSettings[0])) return settingsIn(object.as_object());
  }
  return settingsIn(json::object());
}

json::value timeOrNull(std::int64_t us) {
  return us == 0 ? json::value(nullptr) : json::value(isoTime(us));
}

json::value created(Dialect dialect, const instances::Created& created, const Schemas& schemas) {
  if (dialect == Dialect::v2) return createdV2(created, schemas);
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

json::value row(Dialect dialect, const Instance& instance, const std::string& token,
                const Schemas& schemas) {
  const auto& r = instance.row;
  if (dialect == Dialect::native) {
    return json::object{{"instanceName", r.name},
                        {"instanceId", r.id},
                        {"integration", r.integration},
                        {"status", instances::name(instance.api)},
                        {"owner", orNull(r.ownerJid)}};
  }
  const bool wasClosed = r.disconnectionCode != 0;
  json::object out{
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
      {"updatedAt", timeOrNull(r.updatedAtUs)}};
  addRelations(instance, schemas, out);
  out["Setting"] = settingRow(instance);
  out["_count"] = json::object{{"Message", 0}, {"Contact", 0}, {"Chat", 0}};
  return out;
}

}  // namespace colibri::api::shapes
