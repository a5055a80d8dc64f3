#include "api/deliveries_request.hpp"

#include <charconv>
#include <limits>
#include <optional>

#include "api/body.hpp"
#include "base/iso_time.hpp"

namespace colibri::api {
namespace {

constexpr std::size_t kLaneMax = 256, kTypeMax = 256, kIdsMax = 1'000;
constexpr std::uint32_t kPageMax = 200, kAttemptsMax = 50;
constexpr std::int64_t kIdMax = std::numeric_limits<std::int64_t>::max();

/// Names and limits of texts that are the same in a query and in a body.
struct TextLimit {
  const char* name;
  std::size_t most;
  std::string store::DeadLetterFilter::*member;
};
constexpr TextLimit kTexts[] = {{"lane", kLaneMax, &store::DeadLetterFilter::subscription},
                                {"type", kTypeMax, &store::DeadLetterFilter::typeName},
                                {"chat", kChatMax, &store::DeadLetterFilter::chatId}};

void takeText(const TextLimit& text, std::string value, store::DeadLetterFilter& filter,
              std::vector<std::string>& errors) {
  if (value.size() > text.most)
    errors.push_back(std::string(text.name) + " is longer than " + std::to_string(text.most) +
                     " bytes");
  filter.*text.member = std::move(value);
}

void takeTime(const char* name, std::string_view value, std::int64_t& us,
              std::vector<std::string>& errors) {
  if (value.empty()) return;
  const auto time = parseIsoTime(value);
  if (!time) errors.push_back(std::string(name) + " must be a time like 2026-01-31T23:59:59Z");
  us = time.value_or(0);
}

/// What the caller wrote is not repeated: it may be a key that was put in the wrong place.
std::uint64_t number(const http::Query& query, const char* name, std::uint64_t absent,
                     std::uint64_t least, std::uint64_t most, std::vector<std::string>& errors) {
  const auto text = query.get(name);
  if (text.empty()) return absent;
  std::uint64_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad == std::errc() && end == text.data() + text.size() && value >= least && value <= most)
    return value;
  errors.push_back(std::string(name) + " must be a whole number from " + std::to_string(least) +
                   " to " + std::to_string(most));
  return absent;
}

std::vector<std::uint64_t> idsOf(const boost::json::object& body, Fields& fields) {
  std::vector<std::uint64_t> ids;
  if (const auto id = fields.number("id", 1, kIdMax))
    ids.push_back(static_cast<std::uint64_t>(*id));
  const auto* list = body.if_contains("ids");
  if (list == nullptr || list->is_null()) return ids;
  bool right = list->is_array() && !list->as_array().empty() && list->as_array().size() <= kIdsMax;
  if (right) {
    for (const auto& id : list->as_array()) {
      right = right && id.is_int64() && id.as_int64() > 0;
      if (right) ids.push_back(static_cast<std::uint64_t>(id.as_int64()));
    }
  }
  if (!right)
    fields.wrong("ids must be an array of 1 to " + std::to_string(kIdsMax) +
                 " ids of dead letters");
  return ids;
}

}  // namespace

LettersRequest readLetters(const http::Query& query, std::vector<std::string>& errors) {
  constexpr auto kMost = static_cast<std::uint64_t>(kIdMax);
  LettersRequest request;
  request.id = number(query, "id", 0, 1, kMost, errors);
  for (const auto& text : kTexts)
    takeText(text, std::string(query.get(text.name)), request.filter, errors);
  takeTime("from", query.get("from"), request.filter.diedFromUs, errors);
  takeTime("to", query.get("to"), request.filter.diedBeforeUs, errors);
  request.after = number(query, "after", 0, 0, kMost, errors);
  request.limit =
      static_cast<std::uint32_t>(number(query, "limit", request.limit, 1, kPageMax, errors));
  return request;
}

AttemptsRequest readAttempts(const http::Query& query, std::vector<std::string>& errors) {
  AttemptsRequest request;
  request.lane = query.get("lane");
  if (request.lane.size() > kLaneMax)
    errors.push_back("lane is longer than " + std::to_string(kLaneMax) + " bytes");
  request.limit =
      static_cast<std::uint32_t>(number(query, "limit", request.limit, 1, kAttemptsMax, errors));
  return request;
}

delivery::DeadLetterChoice readChoice(const boost::json::object& body,
                                      std::vector<std::string>& errors) {
  Fields fields(body);
  delivery::DeadLetterChoice choice;
  choice.ids = idsOf(body, fields);
  const auto all = fields.flag("all");
  bool filtered = false;
  std::vector<std::string> texts;
  for (const auto& text : kTexts) {
    auto value = fields.text(text.name);
    filtered = filtered || !value.empty();
    takeText(text, std::move(value), choice.filter, texts);
  }
  const auto from = fields.text("from"), to = fields.text("to");
  filtered = filtered || !from.empty() || !to.empty();
  takeTime("from", from, choice.filter.diedFromUs, texts);
  takeTime("to", to, choice.filter.diedBeforeUs, texts);
  if (const auto after = fields.number("after", 0, kIdMax))
    choice.after = static_cast<std::uint64_t>(*after);
  fields.only({"id", "ids", "all", "lane", "type", "chat", "from", "to", "after"});
  for (auto& wrong : texts) fields.wrong(std::move(wrong));
  if (!choice.ids.empty() && (filtered || all || choice.after != 0))
    fields.wrong("give either ids or a filter");
  if (choice.ids.empty() && !filtered && !all.value_or(false) && fields.errors().empty())
    fields.wrong("say which dead letters: id or ids; lane, type, chat, from, to; or \"all\": true");
  errors = fields.errors();
  return choice;
}

std::string readLane(const boost::json::object& body, std::vector<std::string>& errors) {
  Fields fields(body);
  auto lane = fields.requiredText("lane");
  if (lane.size() > kLaneMax)
    fields.wrong("lane is longer than " + std::to_string(kLaneMax) + " bytes");
  fields.only({"lane"});
  errors = fields.errors();
  return lane;
}

}  // namespace colibri::api
