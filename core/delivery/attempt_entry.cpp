#include "delivery/attempt_entry.hpp"

#include <array>
#include <boost/json.hpp>

#include "base/utf8.hpp"
#include "shared/json.hpp"

namespace colibri::delivery {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kEnds{"delivered", "endpoint failed", "event rejected",
                                                "gone", "no answer"};

template <class T>
T number(const json::object& object, std::string_view member) {
  const auto* value = object.if_contains(member);
  return value == nullptr ? T{} : value->to_number<T>();
}

std::string text(const json::object& object, std::string_view member) {
  const auto* value = object.if_contains(member);
  return value == nullptr ? std::string() : std::string(value->as_string());
}

}  // namespace

std::string_view name(AttemptEntry::End end) noexcept {
  return kEnds[static_cast<std::size_t>(end)];
}

std::string textOf(const AttemptEntry& e) {
  json::object object{{"end", static_cast<int>(e.end)},
                      {"at", e.endedAtUs},
                      {"us", e.latencyUs},
                      {"number", e.number},
                      {"sequence", e.sequence},
                      {"id", utf8::repaired(e.eventId)},
                      {"type", utf8::repaired(e.typeName)}};
  if (e.replay) object["replay"] = true;
  if (e.confidential) object["confidential"] = true;
  if (e.httpStatus != 0) object["status"] = e.httpStatus;
  if (!e.detail.empty()) object["detail"] = utf8::repaired(e.detail);
  if (!e.response.empty()) object["response"] = utf8::repaired(e.response);
  return json::serialize(object);
}

Result<AttemptEntry> entryOf(std::string_view bytes) try {
  const auto parsed = shared::parseJson(bytes);
  if (parsed.fault) return Error{Errc::rejected, "an attempt " + parsed.fault->what};
  const auto& object = parsed.value.as_object();
  AttemptEntry e;
  const auto end = number<std::size_t>(object, "end");
  if (end >= kEnds.size()) return Error{Errc::rejected, "an attempt with an unknown end"};
  e.end = static_cast<AttemptEntry::End>(end);
  e.replay = object.contains("replay");
  e.confidential = object.contains("confidential");
  e.number = number<std::uint32_t>(object, "number");
  e.endedAtUs = number<std::int64_t>(object, "at");
  e.latencyUs = number<std::int64_t>(object, "us");
  e.sequence = number<std::uint64_t>(object, "sequence");
  e.httpStatus = number<int>(object, "status");
  e.eventId = text(object, "id");
  e.typeName = text(object, "type");
  e.detail = text(object, "detail");
  e.response = text(object, "response");
  return e;
} catch (const std::exception& wrong) {  // of Boost.JSON
  return Error{Errc::rejected, std::string("an attempt is not as we wrote it: ") + wrong.what()};
}

}  // namespace colibri::delivery
