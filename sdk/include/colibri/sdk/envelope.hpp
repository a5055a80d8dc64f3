// colibri/sdk/envelope.hpp -- an event as receivers know it: its body and what goes around it.
#pragma once

#include <colibri/sdk/event_sink.hpp>
#include <colibri/sdk/json_string.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace colibri::sdk {

/// What goes around an event's body. Borrows all its texts.
struct Envelope {
  std::string_view event, instance;
  std::string_view data;              ///< JSON text, taken over as it is; empty = null
  std::string_view destination = {};  ///< a webhook's address; empty = left out
  int64_t recordedAtUs = 0;
  std::string_view sender = {};  ///< the account's JID; empty = not logged in yet: left out
  std::string_view serverUrl = {};
  std::string_view apiKey = {};  ///< empty = null: the operator does not expose keys
};

inline Envelope envelopeOf(const EventRef& event, std::string_view serverUrl,
                           std::string_view destination = {}) {
  return {.event = event.typeName(),
          .instance = view(event->instance_name),
          .data = event.json(),
          .destination = destination,
          .recordedAtUs = event->recorded_at_us,
          .sender = view(event->owner_jid),
          .serverUrl = serverUrl,
          .apiKey = event.apiKey()};
}

/// "2025-01-02T09:00:00.000Z"
inline std::string isoTime(int64_t us) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{floor<milliseconds>(microseconds(us))};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> out{};
  const int size = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {out.data(), static_cast<size_t>(size)};
}

/// {"event","instance","data","destination","date_time","sender","server_url","apikey"}, in this order.
inline std::string toJson(const Envelope& envelope) {
  std::string out;
  out.reserve(envelope.data.size() + envelope.destination.size() + 256);
  const auto member = [&](std::string_view quotedKey, std::string_view text) {
    out.append(quotedKey);
    appendJsonString(out, text);
  };
  member(R"({"event":)", envelope.event);
  member(R"(,"instance":)", envelope.instance);
  out.append(R"(,"data":)").append(envelope.data.empty() ? std::string_view("null") : envelope.data);
  if (!envelope.destination.empty()) member(R"(,"destination":)", envelope.destination);
  member(R"(,"date_time":)", isoTime(envelope.recordedAtUs));
  if (!envelope.sender.empty()) member(R"(,"sender":)", envelope.sender);
  member(R"(,"server_url":)", envelope.serverUrl);
  if (envelope.apiKey.empty())
    out.append(R"(,"apikey":null)");
  else
    member(R"(,"apikey":)", envelope.apiKey);
  out.push_back('}');
  return out;
}

}  // namespace colibri::sdk
