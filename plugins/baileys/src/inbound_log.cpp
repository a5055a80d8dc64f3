#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

#include "fields.hpp"
#include "inbound.hpp"
#include "scrub.hpp"

namespace colibri::baileys {
namespace json = boost::json;
namespace {

constexpr std::size_t kMaxMessage = 200, kMaxField = 64;
constexpr std::int64_t kLargest = 1'000'000'000;  ///< what is larger could be a telephone number

/// Fields whose values are numbers or one of a few words. Anything else is dropped.
constexpr std::array<std::string_view, 13> kAllowed = {
    "code",    "attempt", "retryInMs", "reason", "count",  "bytes", "ms",
    "version", "type",    "state",     "point",  "status", "k"};

colibri_log_level levelNamed(std::string_view name) {
  if (name == "trace") return COLIBRI_LOG_TRACE;
  if (name == "debug") return COLIBRI_LOG_DEBUG;
  if (name == "info") return COLIBRI_LOG_INFO;
  if (name == "warn") return COLIBRI_LOG_WARN;
  if (name == "error" || name == "fatal") return COLIBRI_LOG_ERROR;
  throw ProtocolError("field 'level' names no level");
}

std::string valueOf(const json::value& value) {
  if (const auto* text = value.if_string()) {
    return scrub({text->data(), text->size()}, kMaxField);
  }
  if (const auto* number = value.if_int64()) {
    return *number > -kLargest && *number < kLargest ? std::to_string(*number) : std::string();
  }
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  return {};
}

}  // namespace

LogLine readLog(const Frame& frame) {
  const Fields fields(frame.header);
  LogLine line;
  line.level = levelNamed(fields.text("level", kMaxField));
  line.message = scrub(fields.text("message", kMaxFrame), kMaxMessage);
  const auto* given = fields.optionalObject("fields");
  if (given == nullptr) return line;
  for (const std::string_view name : kAllowed) {
    const auto* value = given->if_contains(json::string_view(name.data(), name.size()));
    if (value == nullptr) continue;
    auto text = valueOf(*value);
    if (!text.empty()) line.fields.emplace_back(name, std::move(text));
  }
  return line;
}

}  // namespace colibri::baileys
