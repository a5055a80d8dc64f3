#include "resume_wish.hpp"

#include <algorithm>

namespace colibri::websocket {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestText = 64;

std::string textAt(const json::value& auth, std::string_view key) {
  const auto* object = auth.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
  if (value == nullptr || !value->is_string() || value->as_string().size() > kLongestText)
    return {};
  return std::string(value->as_string());
}

/// A number, or the offset that came with an event. Absent or null: nothing.
ResumeWish lastSeqOf(const json::value& auth, const Feed& feed) {
  const auto* object = auth.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains("lastSeq");
  if (value == nullptr || value->is_null()) return {};
  json::error_code error;
  const auto number = value->to_number<Sequence>(error);
  const auto after = feed.parseOffset(error ? textAt(auth, "lastSeq") : std::to_string(number));
  if (!after) return {.problem = "lastSeq must be what came as the last argument of an event"};
  return {.after = after, .knowsOffsets = true};
}

}  // namespace

ResumeWish resumeWish(const json::value& auth, const Feed& feed, std::uint64_t feedKey,
                      const Seats& seats, Clock::time_point now) {
  auto wish = lastSeqOf(auth, feed);
  const auto pid = textAt(auth, "pid");
  if (pid.empty() || !wish.problem.empty()) return wish;
  wish.knowsOffsets = true;
  const auto offset = feed.parseOffset(textAt(auth, "offset"));
  const auto seat = seats.find(pid, now);
  if (seat && seat->feed == feedKey) {
    wish.past = {pid, seat->sid};
    wish.after = std::max(wish.after.value_or(0), offset.value_or(seat->joinedAfter));
  } else if (!seat && offset && seats.justBegun(now)) {
    wish.past = {pid, {}};
    wish.after = std::max(wish.after.value_or(0), *offset);
  } else if (wish.after && offset) {
    wish.after = std::max(*wish.after, *offset);
  }
  return wish;
}

}  // namespace colibri::websocket
