#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/media_fetcher.hpp"
#include "settings.hpp"

namespace colibri::webhook {

/// Limits per event, each only where the operator set it.
struct RetryLimits {
  std::optional<std::uint32_t> maxAttempts;
  std::vector<unsigned> nonRetryableStatuses;
  std::optional<std::chrono::seconds> initialDelay, maxDelay;
  std::optional<bool> exponential;
  std::optional<double> jitter;

  /// The least wait after attempt `attempt` (from 1) failed; 0 = nothing is set. `spread` in [-1,
  /// 1] scales the jitter.
  std::chrono::milliseconds delayAfter(std::uint32_t attempt, double spread) const;
};

/// The plugin's own section of the configuration.
struct Configuration {
  SigningKeys keys;
  std::chrono::milliseconds timeout{30'000};
  RetryLimits retry;
  MediaLimits media;
  std::optional<Settings> global;  ///< every instance's events to one URL; nothing = off
};

/// [Errors] throws sdk::Error: the key and what is allowed, never a value.
Configuration parseConfiguration(std::string_view text);

}  // namespace colibri::webhook
