#include "json.hpp"
#include "messages.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::JSON::Object;

constexpr std::size_t kMostShown = 160;  // bytes of what is no text

/// The text of a message; what it is instead, if it has none.
std::string contentOf(const Object& data) {
  const auto message = objectAt(data, "message");
  auto text = stringAt(*message, "conversation");
  if (text.empty()) text = stringAt(*objectAt(*message, "extendedTextMessage"), "text");
  if (!text.empty()) return safe(text);
  return "[" + shownAt(data, "messageType") + "]";
}

std::string messageOf(const Object& data) {
  const auto key = objectAt(data, "key");
  const bool ours = key->optValue("fromMe", false);
  const auto name = safe(stringAt(data, "pushName"));
  const auto chat = shownAt(*key, "remoteJid");
  return (ours           ? "to " + chat
          : name.empty() ? chat
                         : name + " (" + chat + ")") +
         ": " + contentOf(data);
}

std::string cutOff(std::string text) {
  if (text.size() <= kMostShown) return text;
  auto end = kMostShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + " ...";
}

std::string detailsOf(const std::string& type, const Object& data) {
  if (type == "messages.upsert" || type == "send.message") return messageOf(data);
  if (type == "connection.update") return shownAt(data, "state");
  if (type == "qrcode.updated")
    return data.has("qrcode") ? "a new code: colibrictl instance connect shows it"
                              : shownAt(data, "message");
  if (type == "messages.update") return shownAt(data, "status") + " " + shownAt(data, "keyId");
  return data.size() == 0 ? "" : cutOff(jsonLine(data));
}

}  // namespace

std::string lineOfEvent(const Object& event) {
  if (event.has("skipped")) return "some events are missing: " + jsonLine(event.get("skipped"));
  const auto type = stringAt(event, "event");
  const auto details = detailsOf(type, *objectAt(event, "data"));
  return shownAt(event, "date_time") + "  " + safe(type) + (details.empty() ? "" : "  " + details);
}

}  // namespace colibri::ctl
