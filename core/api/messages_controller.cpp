#include "api/messages_controller.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "api/body.hpp"
#include "http/error_body.hpp"
#include "shared/json.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdempotencyKeyMax = 255;
constexpr std::size_t kTextMax = 65'536;  // WhatsApp's own limit for a text, in characters
constexpr std::int64_t kDelayMaxMs = 60'000;

/// A message is quoted by its id; the rest of its key helps to find it.
void checkQuoted(const json::object& quoted, Fields& fields) {
  const auto* key = quoted.if_contains("key");
  const auto* id =
      key != nullptr && key->is_object() ? key->as_object().if_contains("id") : nullptr;
  if (id == nullptr || !id->is_string() || id->as_string().empty())
    fields.wrong("quoted.key.id is required");
}

void checkMentioned(const std::vector<std::string>& mentioned, Fields& fields) {
  const bool wrong = std::any_of(mentioned.begin(), mentioned.end(), [](const auto& one) {
    return one.empty() || one.size() > kChatMax;
  });
  if (wrong) fields.wrong("mentioned must hold numbers or addresses");
}

/// The body of the command `message.sendText`, by sdk/schema/message.sendText.json.
json::object readText(const json::object& body, std::vector<std::string>& errors) {
  Fields fields(body);
  json::object command;
  auto chat = fields.requiredText("number");
  if (chat.size() > kChatMax) fields.wrong(tooLong("number"));
  auto text = fields.text("text");
  if (text.find_first_not_of(" \t\r\n") == text.npos) fields.wrong("Text is required");
  if (text.size() > kTextMax)
    fields.wrong("text is longer than " + std::to_string(kTextMax) + " bytes");
  command["text"] = text;
  if (const auto* quoted = fields.object("quoted")) {
    checkQuoted(*quoted, fields);
    command["quoted"] = *quoted;
  }
  if (const auto preview = fields.flag("linkPreview")) command["linkPreview"] = *preview;
  if (const auto everyone = fields.flag("mentionsEveryOne"))
    command["mentionsEveryOne"] = *everyone;
  if (const auto mentioned = fields.texts("mentioned")) {
    checkMentioned(*mentioned, fields);
    command["mentioned"] = json::value_from(*mentioned);
  }
  if (const auto delay = fields.number("delay", 0, kDelayMaxMs)) command["delay"] = *delay;
  errors = fields.errors();
  if (errors.empty() && chat.empty()) errors.emplace_back("number must not be empty");
  command["number"] = chat;
  return command;
}

/// A refusal that carries an object for the caller: `{"jid","exists":false,"number"}`.
std::optional<Answer> notOnWhatsApp(const Error& error) {
  if (error.code != Errc::rejected || error.message.empty() || error.message.front() != '{')
    return std::nullopt;
  const auto parsed = shared::parseJson(error.message);
  const auto* object = parsed.value.if_object();
  if (object == nullptr || !object->contains("exists")) return std::nullopt;
  return Answer{400, http::errorBodyWithArray(400, "[" + json::serialize(*object) + "]")};
}

Answer refused(const commands::CommandAnswer& answer) {
  const auto& error = answer.outcome.error();
  if (auto special = notOnWhatsApp(error)) return *special;
  if (error.code == Errc::conflict) return failure(422, error.message);
  if (error.code == Errc::timeout && !answer.messageId.empty()) {
    return failure(504, error.message + "; its id is " + answer.messageId);
  }
  return failure(error);
}

}  // namespace

void MessagesController::sendText(Call call) const {
  const auto body = parseObject(call.request.body);
  if (!body) return call.reply(failure(body.error()));
  std::vector<std::string> errors;
  const auto command = readText(*body, errors);
  const auto key = call.request.headers.get("Idempotency-Key");
  if (key.size() > kIdempotencyKeyMax)
    errors.emplace_back("Idempotency-Key is longer than 255 characters");
  if (!errors.empty()) return call.reply(failure(400, errors));
  // A repeat is answered from its record, connected or not; so the state is judged after it then.
  if (call.instance->api != instances::ApiState::open && key.empty()) {
    return call.reply(
        failure(400, "The \"" + call.instance->row.name + "\" instance is not connected"));
  }
  commands_.submit({call.instance, "message.sendText", commands::Effect::message,
                    json::serialize(command), std::string(key)},
                   [reply = std::move(call.reply)](commands::CommandAnswer answer) mutable {
                     if (!answer.outcome) return reply(refused(answer));
                     reply(Answer{201, std::move(*answer.outcome)});
                   });
}

}  // namespace colibri::api
