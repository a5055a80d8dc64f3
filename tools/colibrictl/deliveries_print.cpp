#include <algorithm>
#include <string_view>

#include "deliveries.hpp"

namespace colibri::ctl {
namespace {

namespace json = boost::json;

/// A member as text; "-" if it is null or missing. Nothing that could move a terminal's cursor.
std::string text(const json::object& object, std::string_view member) {
  const auto* value = object.if_contains(member);
  if (value == nullptr || value->is_null()) return "-";
  auto plain = value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
  std::ranges::replace_if(
      plain, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return plain;
}

const json::array& list(const json::object& answer, std::string_view member) {
  static const json::array kNone;
  const auto* value = answer.if_contains(member);
  return value != nullptr && value->is_array() ? value->as_array() : kNone;
}

std::string lanes(const json::object& answer) {
  std::string out;
  for (const auto& row : list(answer, "lanes")) {
    const auto& lane = row.as_object();
    out += text(lane, "lane") + "  " + text(lane, "state") + "  backlog " + text(lane, "backlog") +
           "  in flight " + text(lane, "inFlight") + "  dead letters " + text(lane, "deadLetters") +
           " (" + text(lane, "replaying") + " to be delivered again)\n";
    if (lane.at("reason").is_null()) continue;
    out += "    " + text(lane, "reason") + "; since " + text(lane, "failingSince") +
           "; next probe " + text(lane, "nextProbeAt") + "\n";
  }
  return out.empty() ? "no lanes: nothing gets this instance's events\n" : out;
}

std::string attempts(const json::object& answer) {
  std::string out;
  for (const auto& row : list(answer, "attempts")) {
    const auto& a = row.as_object();
    out += text(a, "at") + "  " + text(a, "lane") + "  " + text(a, "outcome") + "  status " +
           text(a, "status") + "  " + text(a, "latencyMs") + " ms  " + text(a, "type") + " " +
           text(a, "eventId") + "  attempt " + text(a, "attempt") +
           (a.at("replay").as_bool() ? "  replay" : "") + "\n";
    if (!a.at("detail").is_null()) out += "    " + text(a, "detail") + "\n";
    if (!a.at("response").is_null()) out += "    > " + text(a, "response") + "\n";
  }
  return out.empty() ? "no attempts yet\n" : out;
}

std::string deadLetters(const json::object& answer) {
  if (answer.contains("data")) return json::serialize(answer) + "\n";
  std::string out;
  for (const auto& row : list(answer, "deadLetters")) {
    const auto& letter = row.as_object();
    out += text(letter, "id") + "  " + text(letter, "diedAt") + "  " + text(letter, "lane") + "  " +
           text(letter, "type") + " " + text(letter, "eventId") + "  attempts " +
           text(letter, "attempts") + "  " + text(letter, "reason") +
           (letter.at("replayAt").is_null() ? "" : "  (to be delivered again)") + "\n";
  }
  if (!answer.at("next").is_null()) out += "more: --after " + text(answer, "next") + "\n";
  return out.empty() ? "no dead letters\n" : out;
}

std::string changed(const json::object& answer, std::string_view member, const char* what) {
  const auto count = text(answer, member);
  std::string out = count + (count == "1" ? " dead letter " : " dead letters ") + what + "\n";
  for (const auto& note : list(answer, "notes")) {
    const std::string sentence(note.as_string());
    if (!sentence.starts_with("there may be more")) out += sentence + "\n";
  }
  return out;
}

}  // namespace

std::string printed(const std::string& action, const json::object& answer) {
  if (action == "lanes") return lanes(answer);
  if (action == "attempts") return attempts(answer);
  if (action == "dead-letters") return deadLetters(answer);
  if (action == "replay") return changed(answer, "replaying", "will be delivered again");
  if (action == "purge") return changed(answer, "purged", "thrown away");
  return text(answer, "lane") + " goes on\n";
}

}  // namespace colibri::ctl
