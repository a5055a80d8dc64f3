#pragma once

#include <cstdint>
#include <string>

#include "base/ids.hpp"

namespace colibri::delivery {

enum class LaneState : std::uint8_t { off = 0, active = 1, suspended = 2 };

/// A lane, to look at.
struct LaneView {
  std::string subscription;  ///< "<alias>/<name>"
  InstanceKey instance = 0;
  LaneState state = LaneState::off;
  std::string reason;
  bool probing = false;
  std::int64_t failingSinceUs = 0, nextProbeAtUs = 0;
  std::uint64_t low = 0, head = 0;  ///< head - low = backlog
  std::uint32_t inFlight = 0;
  std::uint64_t deadLetters = 0;
  bool overdue = false;  ///< an event waits for longer than is warned of
};

}  // namespace colibri::delivery
