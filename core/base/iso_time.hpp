#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace colibri {

/// "2026-01-31T23:59:59.123Z" for microseconds of UTC since 1970 (ISO 8601, as JSON usually has
/// it).
std::string isoTime(std::int64_t us);

/// Microseconds of such a text; the fraction may have 1 to 6 digits or be missing. Nothing: it is
/// none, or names a day that does not exist. UTC only.
std::optional<std::int64_t> parseIsoTime(std::string_view text);

}  // namespace colibri
