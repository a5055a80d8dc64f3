#include "frames.hpp"

#include "socket_packet.hpp"

namespace colibri::websocket {
namespace {

std::string wordsOf(const Skipped& skipped, std::string_view event) {
  const auto number = [](Sequence n) { return std::to_string(n); };
  switch (skipped.why) {
    case Skipped::Why::retention:
      return R"({"reason":"retention","after":)" + number(skipped.after) + R"(,"firstKept":)" +
             number(skipped.firstKept) + "}";
    case Skipped::Why::unknownSequence:
      return R"({"reason":"unknown_sequence","after":)" + number(skipped.after) + "}";
    case Skipped::Why::tooBig:
      break;
  }
  std::string out = R"({"reason":"too_big","event":)";
  sdk::appendJsonString(out, event);
  const auto sequence = skipped.sequence == 0 ? "null" : number(skipped.sequence);
  return out.append(R"(,"sequence":)").append(sequence).append("}");
}

Bytes notice(const Form& form, const std::string& words, std::string_view offset) {
  if (form.nsp.empty()) return Bytes(R"({"skipped":)" + words + "}");
  return Bytes(eventFrame(form.nsp, "events.skipped", words, offset));
}

/// {"seq":7, and the envelope's members.
std::string plainFrame(const Item& item, std::string_view envelope) {
  std::string out;
  out.reserve(envelope.size() + 32);
  out.append(R"({"seq":)").append(item.sequence == 0 ? "null" : std::to_string(item.sequence));
  return out.append(",").append(envelope.substr(1));
}

}  // namespace

Bytes eventFrameOf(const Form& form, const Item& item, std::string_view envelope,
                   std::string_view offset) {
  const auto name = item.event.typeName();
  if (envelope.size() > kMostEventBytes) {
    const Skipped tooBig{.why = Skipped::Why::tooBig, .sequence = item.event->sequence};
    return notice(form, wordsOf(tooBig, name), form.offsets ? offset : "");
  }
  if (form.nsp.empty()) return Bytes(plainFrame(item, envelope));
  return Bytes(eventFrame(form.nsp, name, envelope, form.offsets ? offset : ""));
}

Bytes skippedFrameOf(const Form& form, const Skipped& skipped) {
  return notice(form, wordsOf(skipped, {}), {});
}

}  // namespace colibri::websocket
