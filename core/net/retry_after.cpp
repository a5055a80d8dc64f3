#include "net/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace colibri::net {

std::chrono::milliseconds parseRetryAfter(std::string_view value, std::int64_t nowUs) {
  using std::chrono::milliseconds;
  const auto first = value.find_first_not_of(" \t"), last = value.find_last_not_of(" \t");
  if (first == value.npos || value.size() > 64) return {};
  value = value.substr(first, last - first + 1);
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::all_of(value.begin(), value.end(), isDigit)) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec == std::errc::result_out_of_range) return kLongestRetryAfter;
    return std::min<milliseconds>(std::chrono::seconds(std::min<std::int64_t>(seconds, 1'000'000)),
                                  kLongestRetryAfter);
  }
  const std::int64_t at = curl_getdate(std::string(value).c_str(), nullptr);
  if (at < 0) return {};
  // Years of ten digits are dates, too.
  const auto longest = std::chrono::ceil<std::chrono::seconds>(kLongestRetryAfter).count();
  const milliseconds wait(std::min(at, nowUs / 1'000'000 + longest + 1) * 1000 - nowUs / 1000);
  return std::clamp<milliseconds>(wait, milliseconds(0), kLongestRetryAfter);
}

}  // namespace colibri::net
