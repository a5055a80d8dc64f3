#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace colibri::net {

/// A wish longer than this is cut: an endpoint cannot silence itself for good by one header.
inline constexpr std::chrono::hours kLongestRetryAfter{24};

/// The value of a Retry-After header, seconds or HTTP date, as a wait from `nowUs` (UTC) on. 0 =
/// none: not understood, zero, or in the past.
std::chrono::milliseconds parseRetryAfter(std::string_view value, std::int64_t nowUs);

}  // namespace colibri::net
