#include <string_view>

#include "deliveries.hpp"
#include "json.hpp"
#include "safe_text.hpp"

namespace colibri::ctl {
namespace {

using Poco::JSON::Object;

std::string lanes(const Object& answer) {
  std::string out;
  for (const auto& row : *arrayAt(answer, "lanes")) {
    const auto lane = objectOf(row);
    const auto text = [&](const char* member) { return shownAt(*lane, member); };
    out += text("lane") + "  " + text("state") + "  backlog " + text("backlog") + "  in flight " +
           text("inFlight") + "  dead letters " + text("deadLetters") + " (" + text("replaying") +
           " to be delivered again)\n";
    if (isNullAt(*lane, "reason")) continue;
    out += "    " + text("reason") + "; since " + text("failingSince") + "; next probe " +
           text("nextProbeAt") + "\n";
  }
  return out.empty() ? "no lanes: nothing gets this instance's events\n" : out;
}

std::string attempts(const Object& answer) {
  std::string out;
  for (const auto& row : *arrayAt(answer, "attempts")) {
    const auto a = objectOf(row);
    const auto text = [&](const char* member) { return shownAt(*a, member); };
    out += text("at") + "  " + text("lane") + "  " + text("outcome") + "  status " +
           text("status") + "  " + text("latencyMs") + " ms  " + text("type") + " " +
           text("eventId") + "  attempt " + text("attempt") +
           (a->optValue("replay", false) ? "  replay" : "") + "\n";
    if (!isNullAt(*a, "detail")) out += "    " + text("detail") + "\n";
    if (!isNullAt(*a, "response")) out += "    > " + text("response") + "\n";
  }
  return out.empty() ? "no attempts yet\n" : out;
}

std::string deadLetters(const Object& answer) {
  if (answer.has("data")) return jsonLine(answer) + "\n";
  std::string out;
  for (const auto& row : *arrayAt(answer, "deadLetters")) {
    const auto letter = objectOf(row);
    const auto text = [&](const char* member) { return shownAt(*letter, member); };
    out += text("id") + "  " + text("diedAt") + "  " + text("lane") + "  " + text("type") + " " +
           text("eventId") + "  attempts " + text("attempts") + "  " + text("reason") +
           (isNullAt(*letter, "replayAt") ? "" : "  (to be delivered again)") + "\n";
  }
  if (!isNullAt(answer, "next")) out += "more: --after " + shownAt(answer, "next") + "\n";
  return out.empty() ? "no dead letters\n" : out;
}

std::string changed(const Object& answer, const char* member, const char* what) {
  const auto count = shownAt(answer, member);
  std::string out = count + (count == "1" ? " dead letter " : " dead letters ") + what + "\n";
  for (const auto& note : *arrayAt(answer, "notes")) {
    const auto sentence = safe(note.convert<std::string>());
    if (!sentence.starts_with("there may be more")) out += sentence + "\n";
  }
  return out;
}

}  // namespace

std::string printed(std::string_view action, const Object& answer) {
  if (action == "lanes") return lanes(answer);
  if (action == "attempts") return attempts(answer);
  if (action == "dead-letters") return deadLetters(answer);
  if (action == "replay") return changed(answer, "replaying", "will be delivered again");
  if (action == "purge") return changed(answer, "purged", "thrown away");
  return shownAt(answer, "lane") + " goes on\n";
}

}  // namespace colibri::ctl
