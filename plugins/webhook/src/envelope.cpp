#include "envelope.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace colibri::webhook {
namespace {

void appendString(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (code < 0x20) {
      out.append("\\u00").append(1, kHex[code >> 4]).append(1, kHex[code & 0xf]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void appendMember(std::string& out, std::string_view quotedKey, std::string_view text) {
  out.append(quotedKey);
  appendString(out, text);
}

}  // namespace

std::string isoTime(std::int64_t us) {
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
  return {out.data(), static_cast<std::size_t>(size)};
}

std::string toJson(const Envelope& envelope) {
  std::string out;
  out.reserve(envelope.data.size() + envelope.destination.size() + 256);
  appendMember(out, R"({"event":)", envelope.event);
  appendMember(out, R"(,"instance":)", envelope.instance);
  out.append(R"(,"data":)")
      .append(envelope.data.empty() ? std::string_view("null") : envelope.data);
  appendMember(out, R"(,"destination":)", envelope.destination);
  appendMember(out, R"(,"date_time":)", isoTime(envelope.recordedAtUs));
  if (!envelope.sender.empty()) appendMember(out, R"(,"sender":)", envelope.sender);
  appendMember(out, R"(,"server_url":)", envelope.serverUrl);
  if (envelope.apiKey.empty()) {
    out.append(R"(,"apikey":null)");
  } else {
    appendMember(out, R"(,"apikey":)", envelope.apiKey);
  }
  out.push_back('}');
  return out;
}

}  // namespace colibri::webhook
