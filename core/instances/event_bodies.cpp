#include "instances/event_bodies.hpp"

#include <boost/json.hpp>

#include "base/iso_time.hpp"
#include "events/event_types.hpp"

namespace colibri::instances {
namespace {

namespace json = boost::json;

events::Draft draft(colibri_event_type type, std::string body) {
  const auto* known = events::findByNumber(type);
  COLIBRI_ASSERT(known != nullptr);
  events::Draft out;
  out.type = type;
  out.typeName = known->wireName;
  out.body = std::move(body);
  return out;
}

events::Draft draft(colibri_event_type type, const json::value& body) {
  return draft(type, json::serialize(body));
}

json::value orNull(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object nameAndId(const Instance& instance) {
  return {{"instanceName", instance.row.name}, {"instanceId", instance.row.id}};
}

}  // namespace

events::Draft instanceCreated(const Instance& instance) {
  return draft(COLIBRI_EVENT_INSTANCE_CREATE, nameAndId(instance));
}

events::Draft instanceDeleted(const Instance& instance) {
  return draft(COLIBRI_EVENT_INSTANCE_DELETE, nameAndId(instance));
}

events::Draft instanceRemoved() {
  return draft(COLIBRI_EVENT_REMOVE_INSTANCE, json::value(nullptr));
}

events::Draft logoutInstance() {
  return draft(COLIBRI_EVENT_LOGOUT_INSTANCE, json::value(nullptr));
}

events::Draft qrUpdated(const Instance& instance, const QrCode& qr, std::int64_t expiresAtUs) {
  auto out = draft(COLIBRI_EVENT_QRCODE_UPDATED,
                   json::object{{"qrcode", json::object{{"instance", instance.row.name},
                                                        {"pairingCode", orNull(qr.pairingCode)},
                                                        {"code", qr.code},
                                                        {"base64", qr.base64}}}});
  out.expiresAtUs = expiresAtUs;
  return out;
}

events::Draft qrLimitReached() {
  return draft(
      COLIBRI_EVENT_QRCODE_UPDATED,
      json::object{{"message", "QR code limit reached, please login again"}, {"statusCode", 500}});
}

events::Draft connectionUpdated(const Instance& instance, std::string_view state) {
  json::object body{{"instance", instance.row.name}};
  if (state == "open") {
    body["wuid"] = orNull(instance.row.ownerJid);
    body["profileName"] = orNull(instance.row.profileName);
    body["profilePictureUrl"] = orNull(instance.row.profilePictureUrl);
  }
  body["state"] = state;
  const int code = instance.last.networkCode;
  body["statusReason"] = state == "open" || state == "connecting" ? 200 : code != 0 ? code : 428;
  if (state == "refused") {
    body["wuid"] = nullptr;
    body["profileName"] = nullptr;
    body["profilePictureUrl"] = nullptr;
  }
  return draft(COLIBRI_EVENT_CONNECTION_UPDATE, body);
}

events::Draft statusInstance(const Instance& instance, std::int64_t atUs) {
  return draft(COLIBRI_EVENT_STATUS_INSTANCE,
               json::object{{"instance", instance.row.name},
                            {"status", "closed"},
                            {"disconnectionAt", isoTime(atUs)},
                            {"disconnectionReasonCode", instance.last.networkCode},
                            {"disconnectionObject", instance.last.detail}});
}

namespace {

events::Draft sentDraft(colibri_event_type type, std::string json, std::string chatId,
                        std::string_view messageId) {
  auto out = draft(type, std::move(json));
  out.flags |= COLIBRI_EVENT_F_FROM_SELF;
  if (!messageId.empty()) out.dedupeKey = "send/" + std::string(messageId);
  out.chatId = std::move(chatId);
  return out;
}

}  // namespace

events::Draft messageSent(std::string json, std::string chatId, std::string_view messageId) {
  return sentDraft(COLIBRI_EVENT_SEND_MESSAGE, std::move(json), std::move(chatId), messageId);
}

events::Draft messageEdited(std::string json, std::string chatId, std::string_view messageId) {
  return sentDraft(COLIBRI_EVENT_SEND_MESSAGE_UPDATE, std::move(json), std::move(chatId),
                   messageId);
}

}  // namespace colibri::instances
