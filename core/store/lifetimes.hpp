#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace colibri::store {

// How long rows with a fixed life are kept, in microseconds.
inline constexpr std::int64_t kDedupeLifeUs =
    std::chrono::microseconds(std::chrono::hours(30 * 24)).count();
inline constexpr std::int64_t kIdempotencyLifeUs =
    std::chrono::microseconds(std::chrono::hours(24)).count();
/// Attempts to deliver that are kept of each lane.
inline constexpr std::uint64_t kAttemptsKept = 50;
/// Bytes of a dedupe key's digest that are kept: half the pages of the keys as they come.
inline constexpr std::size_t kDedupeKeySize = 16;

}  // namespace colibri::store
