#include "api/deliveries_controller.hpp"

#include "api/body.hpp"
#include "api/deliveries_request.hpp"
#include "api/deliveries_shapes.hpp"

namespace colibri::api {
namespace {

delivery::LaneScope scopeOf(const Call& call) {
  return {call.instance->row.key, call.caller.global};
}

/// Sends `shape` of the result, or the error.
template <class T, class Shape>
delivery::Deliveries::Done<T> answering(Reply reply, Shape shape) {
  return [reply = std::move(reply), shape](Result<T> result) mutable {
    reply(result ? ok(shape(*result)) : failure(result.error()));
  };
}

/// What `reader` finds in the body; nothing if it was refused, which the caller has been told.
template <class Reader>
auto read(Call& call, Reader reader) {
  std::vector<std::string> errors;
  using Read = decltype(reader(boost::json::object(), errors));
  const auto body = parseObject(call.request.body);
  if (!body) {
    call.reply(failure(body.error()));
    return std::optional<Read>();
  }
  auto value = reader(*body, errors);
  if (errors.empty()) return std::optional<Read>(std::move(value));
  call.reply(failure(400, errors));
  return std::optional<Read>();
}

}  // namespace

void DeliveriesController::lanes(Call call) const {
  deliveries_.lanes(scopeOf(call), answering<std::vector<delivery::LaneHealth>>(
                                       std::move(call.reply), shapes::lanes));
}

void DeliveriesController::attempts(Call call) const {
  std::vector<std::string> errors;
  auto request = readAttempts(call.request.query, errors);
  if (!errors.empty()) return call.reply(failure(400, errors));
  const auto scope = scopeOf(call);
  deliveries_.attempts(
      scope, std::move(request.lane), request.limit,
      answering<std::vector<delivery::LaneAttempt>>(std::move(call.reply), shapes::attempts));
}

void DeliveriesController::deadLetters(Call call) const {
  std::vector<std::string> errors;
  auto request = readLetters(call.request.query, errors);
  if (!errors.empty()) return call.reply(failure(400, errors));
  const auto scope = scopeOf(call);
  if (request.id != 0) {
    return deliveries_.deadLetter(
        scope, request.id,
        answering<delivery::WholeDeadLetter>(std::move(call.reply), shapes::deadLetter));
  }
  deliveries_.deadLetters(
      scope, std::move(request.filter), request.after, request.limit,
      answering<delivery::DeadLetterPage>(std::move(call.reply), shapes::deadLetters));
}

void DeliveriesController::replay(Call call) const {
  auto choice = read(call, readChoice);
  if (!choice) return;
  const auto scope = scopeOf(call);
  deliveries_.replay(scope, std::move(*choice),
                     answering<delivery::ReplayAnswer>(std::move(call.reply), shapes::replayed));
}

void DeliveriesController::purge(Call call) const {
  auto choice = read(call, readChoice);
  if (!choice) return;
  const auto scope = scopeOf(call);
  deliveries_.purge(scope, std::move(*choice),
                    answering<delivery::PurgeAnswer>(std::move(call.reply), shapes::purged));
}

void DeliveriesController::resume(Call call) const {
  const auto lane = read(call, readLane);
  if (!lane) return;
  if (const auto done = deliveries_.resume(scopeOf(call), *lane); !done)
    return call.reply(failure(done.error()));
  call.reply(ok({{"lane", *lane}, {"resumed", true}}));
}

}  // namespace colibri::api
