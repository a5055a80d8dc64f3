#include "api/deliveries_shapes.hpp"

#include <string_view>

#include "api/shapes.hpp"
#include "base/iso_time.hpp"
#include "base/utf8.hpp"
#include "shared/json.hpp"

namespace colibri::api::shapes {
namespace {

namespace json = boost::json;

json::value textOrNull(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(utf8::repaired(text));
}

json::value numberOrNull(std::optional<std::uint64_t> number) {
  return number ? json::value(*number) : json::value(nullptr);
}

std::string_view stateOf(const delivery::LaneView& lane) {
  switch (lane.state) {
    case delivery::LaneState::off:
      return "off";
    case delivery::LaneState::active:
      return lane.probing ? "probing" : "active";
    case delivery::LaneState::suspended:
      return "suspended";
  }
  return "off";
}

json::object laneShape(const delivery::LaneHealth& health) {
  const auto& lane = health.view;
  return {{"lane", lane.subscription},
          {"state", stateOf(lane)},
          {"reason", textOrNull(lane.reason)},
          {"failingSince", timeOrNull(lane.failingSinceUs)},
          {"nextProbeAt", timeOrNull(lane.nextProbeAtUs)},
          {"backlog", lane.head > lane.low ? lane.head - lane.low : 0},
          {"inFlight", lane.inFlight},
          {"deadLetters", health.deadLetters},
          {"replaying", health.replaying}};
}

json::object attemptShape(const delivery::LaneAttempt& attempt) {
  const auto& e = attempt.entry;
  return {{"lane", attempt.lane},
          {"at", isoTime(e.endedAtUs)},
          {"outcome", delivery::name(e.end)},
          {"status", e.httpStatus == 0 ? json::value(nullptr) : json::value(e.httpStatus)},
          {"latencyMs", e.latencyUs < 0 ? json::value(nullptr)
                                        : json::value(static_cast<double>(e.latencyUs) / 1000.0)},
          {"attempt", e.number},
          {"replay", e.replay},
          {"eventId", e.eventId},
          {"type", e.typeName},
          {"sequence", e.sequence == 0 ? json::value(nullptr) : json::value(e.sequence)},
          {"detail", textOrNull(e.detail)},
          {"response", textOrNull(e.response)}};
}

json::object letterShape(const store::DeadLetterRow& row) {
  json::object shape{{"id", row.id},
                     {"lane", row.subscription},
                     {"reason", textOrNull(row.reason)},
                     {"attempts", row.attempts},
                     {"firstAttemptAt", timeOrNull(row.firstAttemptAtUs)},
                     {"diedAt", isoTime(row.deadAtUs)},
                     {"replayAt", timeOrNull(row.replayAtUs)},
                     {"bodyBytes", row.bodyBytes},
                     {"sequence", row.sequence}};
  if (!row.event) return shape;
  shape["eventId"] = row.event->eventId;
  shape["type"] = row.event->typeName;
  shape["chat"] = textOrNull(row.event->chatId);
  shape["occurredAt"] = isoTime(row.event->occurredAtUs);
  shape["recordedAt"] = isoTime(row.event->recordedAtUs);
  shape["expiresAt"] = timeOrNull(row.event->expiresAtUs);
  return shape;
}

/// "2 dead letters <why>", if there are any.
void noteThat(json::array& notes, std::uint64_t count, const char* why) {
  if (count == 0) return;
  notes.emplace_back(std::to_string(count) + (count == 1 ? " dead letter " : " dead letters ") +
                     why);
}

void noteNext(json::array& notes, const std::optional<std::uint64_t>& next) {
  if (next)
    notes.emplace_back("there may be more: ask again with \"after\": " + std::to_string(*next));
}

}  // namespace

json::object lanes(const std::vector<delivery::LaneHealth>& lanes) {
  json::array all;
  for (const auto& lane : lanes) all.push_back(laneShape(lane));
  return {{"lanes", std::move(all)}};
}

json::object attempts(const std::vector<delivery::LaneAttempt>& attempts) {
  json::array all;
  for (const auto& attempt : attempts) all.push_back(attemptShape(attempt));
  return {{"attempts", std::move(all)}};
}

json::object deadLetters(const delivery::DeadLetterPage& page) {
  json::array all;
  for (const auto& letter : page.letters) all.push_back(letterShape(letter));
  return {{"deadLetters", std::move(all)}, {"next", numberOrNull(page.next)}};
}

json::object deadLetter(const delivery::WholeDeadLetter& whole) {
  auto shape = letterShape(whole.letter);
  shape["data"] = nullptr;
  if (whole.body.empty()) return shape;
  auto data = shared::parseJson(whole.body, shared::kLargeJson);
  shape["data"] = data ? std::move(data.value) : json::value(utf8::repaired(whole.body));
  return shape;
}

json::object replayed(const delivery::ReplayAnswer& answer) {
  json::array notes;
  noteThat(notes, answer.already, "wait already to be delivered again");
  noteThat(notes, answer.withoutBody,
           "cannot be delivered again: the body is not kept any more, in the dead letter or in the "
           "event log");
  noteThat(notes, answer.expired, "cannot be delivered again: the event has expired");
  noteThat(notes, answer.laneOff,
           "cannot be delivered again now: the lane is off, switch its settings on first");
  noteThat(notes, answer.notFound, "cannot be found");
  noteNext(notes, answer.next);
  return {{"replaying", answer.marked},
          {"next", numberOrNull(answer.next)},
          {"notes", std::move(notes)}};
}

json::object purged(const delivery::PurgeAnswer& answer) {
  json::array notes;
  noteThat(notes, answer.notFound, "cannot be found");
  noteNext(notes, answer.next);
  return {
      {"purged", answer.purged}, {"next", numberOrNull(answer.next)}, {"notes", std::move(notes)}};
}

}  // namespace colibri::api::shapes
