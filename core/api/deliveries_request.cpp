#include "api/deliveries_request.hpp"

#include "base/iso_time.hpp"

namespace colibri::api {
namespace {

namespace json = boost::json;

void takeTime(const char* name, const json::object& from, std::int64_t& us, Faults& faults) {
  const auto text = textOf(from, name);
  if (text.empty()) return;
  const auto time = parseIsoTime(text);
  if (!time) faults.push_back({name, "is not a time", "one like 2026-01-31T23:59:59Z"});
  us = time.value_or(0);
}

/// The members that are the same in a query and in a body.
store::DeadLetterFilter filterOf(const json::object& from, Faults& faults) {
  store::DeadLetterFilter filter;
  filter.subscription = textOf(from, "lane");
  filter.typeName = textOf(from, "type");
  filter.chatId = textOf(from, "chat");
  takeTime("from", from, filter.diedFromUs, faults);
  takeTime("to", from, filter.diedBeforeUs, faults);
  return filter;
}

std::uint64_t unsignedOf(const json::object& from, const char* name, std::int64_t absent = 0) {
  return static_cast<std::uint64_t>(numberOf(from, name, absent));
}

}  // namespace

LettersRequest readLetters(const json::object& query, Faults& faults) {
  LettersRequest request;
  request.id = unsignedOf(query, "id");
  request.filter = filterOf(query, faults);
  request.after = unsignedOf(query, "after");
  request.limit = static_cast<std::uint32_t>(unsignedOf(query, "limit", request.limit));
  return request;
}

delivery::DeadLetterChoice readChoice(const json::object& body, Faults& faults) {
  delivery::DeadLetterChoice choice;
  if (const auto id = unsignedOf(body, "id"); id != 0) choice.ids.push_back(id);
  if (const auto* ids = body.if_contains("ids"))
    for (const auto& id : ids->as_array())
      choice.ids.push_back(static_cast<std::uint64_t>(id.as_int64()));
  choice.filter = filterOf(body, faults);
  choice.after = unsignedOf(body, "after");
  return choice;
}

}  // namespace colibri::api
