#pragma once

#include <chrono>
#include <cstdint>

namespace colibri::store::sqlite {

// How long rows with a fixed life are kept, in microseconds.
inline constexpr std::int64_t kDedupeLifeUs =
    std::chrono::microseconds(std::chrono::hours(30 * 24)).count();
inline constexpr std::int64_t kIdempotencyLifeUs =
    std::chrono::microseconds(std::chrono::hours(24)).count();

}  // namespace colibri::store::sqlite
