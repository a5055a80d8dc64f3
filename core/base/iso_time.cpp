#include "base/iso_time.hpp"

#include <chrono>
#include <cstdio>

namespace colibri {
namespace {

using std::chrono::sys_days;
using Ymd = std::chrono::year_month_day;

/// Takes `digits` digits from the front.
std::optional<int> number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".5" is 500,000 us.
std::optional<std::int64_t> fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t us = 0, digits = 0;
  for (; digits < 6; ++digits) {
    const auto digit = number(text, 1);
    if (!digit) break;
    us = us * 10 + *digit;
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) us *= 10;
  return us;
}

}  // namespace

std::string isoTime(std::int64_t us) {
  const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(us)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const Ymd date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  char text[64];
  std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::optional<std::int64_t> parseIsoTime(std::string_view text) {
  const auto year = number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = number(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = number(text, 2);
  const auto us = second ? fraction(text) : std::nullopt;
  if (!us || text != "Z") return std::nullopt;
  const Ymd date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                 std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto seconds = std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                       std::chrono::seconds(*second) + sys_days(date).time_since_epoch();
  return std::chrono::microseconds(seconds).count() + *us;
}

}  // namespace colibri
