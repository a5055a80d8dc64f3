#include "api/deliveries_controller.hpp"

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

}  // namespace

void DeliveriesController::bindTo(Services& services) const {
  services.bind("deliveries.lanes", *this, &DeliveriesController::lanes);
  services.bind("deliveries.attempts", *this, &DeliveriesController::attempts);
  services.bind("deliveries.deadLetters", *this, &DeliveriesController::deadLetters);
  services.bind("deliveries.replay", *this, &DeliveriesController::replay);
  services.bind("deliveries.purge", *this, &DeliveriesController::purge);
  services.bind("deliveries.resume", *this, &DeliveriesController::resume);
}

void DeliveriesController::lanes(Call call) const {
  deliveries_.lanes(scopeOf(call), answering<std::vector<delivery::LaneHealth>>(
                                       std::move(call.reply), shapes::lanes));
}

void DeliveriesController::attempts(Call call) const {
  const auto& query = call.brought.query;
  deliveries_.attempts(
      scopeOf(call), std::string(textOf(query, "lane")),
      static_cast<std::uint32_t>(numberOf(query, "limit", 0)),
      answering<std::vector<delivery::LaneAttempt>>(std::move(call.reply), shapes::attempts));
}

void DeliveriesController::deadLetters(Call call) const {
  Faults faults;
  auto request = readLetters(call.brought.query, faults);
  if (!faults.empty()) return call.reply(faulty(faults, call.match.dialect));
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
  Faults faults;
  auto choice = readChoice(call.brought.body, faults);
  if (!faults.empty()) return call.reply(faulty(faults, call.match.dialect));
  deliveries_.replay(scopeOf(call), std::move(choice),
                     answering<delivery::ReplayAnswer>(std::move(call.reply), shapes::replayed));
}

void DeliveriesController::purge(Call call) const {
  Faults faults;
  auto choice = readChoice(call.brought.body, faults);
  if (!faults.empty()) return call.reply(faulty(faults, call.match.dialect));
  deliveries_.purge(scopeOf(call), std::move(choice),
                    answering<delivery::PurgeAnswer>(std::move(call.reply), shapes::purged));
}

void DeliveriesController::resume(Call call) const {
  const std::string lane(textOf(call.brought.body, "lane"));
  if (const auto done = deliveries_.resume(scopeOf(call), lane); !done)
    return call.reply(failure(done.error()));
  call.reply(ok({{"lane", lane}, {"resumed", true}}));
}

}  // namespace colibri::api
