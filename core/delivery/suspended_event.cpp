#include "delivery/suspended_event.hpp"

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "base/utf8.hpp"
#include "events/event_types.hpp"

namespace colibri::delivery {
namespace {

std::string isoTime(std::int64_t us) {
  const auto seconds = static_cast<std::time_t>(us / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 16> millis{};
  std::snprintf(millis.data(), millis.size(), ".%03dZ", static_cast<int>(us / 1000 % 1000));
  return std::string(text.data(), length) + millis.data();
}

/// A plugin's detail may be any bytes.
std::string validUtf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const auto point = utf8::decode(text);
    valid += point.valid ? text.substr(0, point.size) : "?";
    text.remove_prefix(point.size);
  }
  return valid;
}

}  // namespace

events::Draft suspendedEvent(const std::string& subscription, const std::string& reason,
                             std::int64_t sinceUs) {
  events::Draft draft;
  draft.type = events::kDeliverySuspended;
  draft.typeName = events::kDeliverySuspendedName;
  draft.body = boost::json::serialize(boost::json::object{
      {"subscription", subscription}, {"reason", validUtf8(reason)}, {"since", isoTime(sinceUs)}});
  return draft;
}

}  // namespace colibri::delivery
