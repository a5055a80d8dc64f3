#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "settings.hpp"

namespace colibri::webhook {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What identifies and proves one attempt.
struct Attempt {
  std::string_view eventId;
  std::uint64_t sequence = 0;  ///< 0 = ephemeral: not numbered
  std::int64_t seconds = 0;    ///< UTC, of this attempt
  const SigningKeys& keys;     ///< none = unsigned
  std::string_view noMedia =
      {};  ///< why a file that was asked for is not there; empty = nothing is missing
};

/// The user's headers first; ours that they may replace (Content-Type, User-Agent, Authorization)
/// only where they did not.
Headers requestHeaders(const Settings& settings, const Attempt& attempt, std::string_view body);

}  // namespace colibri::webhook
