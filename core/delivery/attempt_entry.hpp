#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace colibri::delivery {

/// One attempt to deliver one event, as the operator sees it afterwards.
struct AttemptEntry {
  enum class End : std::uint8_t {
    delivered,
    laneFailure,   ///< the endpoint was the trouble
    eventFailure,  ///< the event was
    gone,
    unanswered  ///< until the deadline
  };
  End end = End::delivered;
  bool replay = false;        ///< of a dead letter
  bool confidential = false;  ///< status, response and latency are the operator's to see
  std::uint32_t number = 1;   ///< times handed over, from 1
  std::int64_t endedAtUs = 0, latencyUs = 0;  ///< a latency below 0 is not told
  std::uint64_t sequence = 0;                 ///< 0 = ephemeral
  std::string eventId, typeName;
  int httpStatus = 0;            ///< 0 = none
  std::string detail, response;  ///< any bytes

  std::size_t bytes() const noexcept {
    return sizeof(*this) + detail.size() + response.size() + eventId.size() + typeName.size();
  }
};

std::string_view name(AttemptEntry::End end) noexcept;

/// What the store keeps of it. Bytes that are not UTF-8 become '?'.
std::string textOf(const AttemptEntry& entry);
/// [Errors] rejected: it is none of ours.
Result<AttemptEntry> entryOf(std::string_view bytes);

}  // namespace colibri::delivery
