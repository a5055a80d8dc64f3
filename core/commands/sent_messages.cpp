#include "commands/sent_messages.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "instances/event_bodies.hpp"
#include "shared/json.hpp"

namespace colibri::commands {
namespace {

namespace json = boost::json;

constexpr std::string_view kProtocolMessage = "protocolMessage";

std::string textAt(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

void add(SentMessages& sent, const json::value& element) {
  const auto* const message = element.if_object();
  const auto* const key = message != nullptr ? message->if_contains("key") : nullptr;
  if (key == nullptr || !key->is_object()) return;
  auto id = textAt(key->get_object(), "id");
  if (id.empty()) return;
  sent.drafts.push_back(
      instances::messageSent(json::serialize(element), textAt(key->get_object(), "remoteJid"), id));
  if (sent.messageId.empty()) sent.messageId = std::move(id);
}

/// What an edit says; empty: the message is none.
std::string editIn(std::string_view result) {
  const auto whole = shared::parseJson(result, shared::kLargeJson);
  const auto* const message = whole ? whole.value.get_object().if_contains("message") : nullptr;
  const auto* const content = message != nullptr ? message->if_object() : nullptr;
  const auto* const edit = content != nullptr ? content->if_contains(kProtocolMessage) : nullptr;
  return edit != nullptr ? json::serialize(*edit) : std::string();
}

}  // namespace

SentMessages sentMessages(std::string_view result, const std::string& messageId) {
  shared::JsonPlace places[] = {
      {"key", "remoteJid"}, {"key", "id"}, {"", "messages"}, {"", "messageType"}};
  shared::findInJson(result, shared::kLargeJson.depth, places);
  auto& [chat, id, messages, type] = places;
  SentMessages sent;
  if (messages.isArray) {
    if (const auto whole = shared::parseJson(result, shared::kLargeJson)) {
      for (const auto& element : whole.value.at("messages").as_array()) add(sent, element);
      return sent;
    }
  }
  sent.messageId = messageId.empty() ? std::move(id.text).value_or(std::string()) : messageId;
  auto chatId = std::move(chat.text).value_or(std::string());
  auto edit = type.text == kProtocolMessage ? editIn(result) : std::string();
  sent.drafts.push_back(
      edit.empty() ? instances::messageSent(std::string(result), std::move(chatId), sent.messageId)
                   : instances::messageEdited(std::move(edit), std::move(chatId), sent.messageId));
  return sent;
}

}  // namespace colibri::commands
