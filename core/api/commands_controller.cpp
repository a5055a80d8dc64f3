#include "api/commands_controller.hpp"

#include <boost/json.hpp>

#include "http/error_body.hpp"
#include "shared/json.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdempotencyKeyMax = 255;

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

Faults faultsOfKey(const http::Headers& headers) {
  if (headers.get("Idempotency-Key").size() <= kIdempotencyKeyMax) return {};
  return {{"Idempotency-Key", "is too long", "at most 255 bytes"}};
}

Answer notConnected(const instances::Instance& instance) {
  return failure(400, "The \"" + instance.row.name + "\" instance is not connected");
}

void CommandsController::serve(Call call) const {
  const auto& operation = *call.match.route->operation;
  const auto key = call.request.headers.get("Idempotency-Key");
  auto& body = call.brought.body;
  auto messageId = takeMessageId(body);
  // A repeat is answered from its record, connected or not; so the state is judged after it then.
  if (operation.whileLinking) {
    if (call.instance->api != instances::ApiState::connecting)
      return call.reply(
          failure(404, "The \"" + call.instance->row.name + "\" instance is not being linked"));
  } else if (call.instance->api != instances::ApiState::open && key.empty() && messageId.empty()) {
    return call.reply(notConnected(*call.instance));
  }
  const int status =
      call.match.dialect == Dialect::v2 ? operation.v2Status : operation.nativeStatus;
  commands_.submit({.instance = call.instance,
                    .name = std::string(operation.id),
                    .effect = operation.effect,
                    .whileLinking = operation.whileLinking,
                    .body = json::serialize(body),
                    .idempotencyKey = std::string(key),
                    .messageId = std::move(messageId)},
                   [status, reply = std::move(call.reply)](commands::CommandAnswer answer) mutable {
                     if (!answer.outcome) return reply(refused(answer));
                     reply(Answer{status, std::move(*answer.outcome)});
                   });
}

}  // namespace colibri::api
