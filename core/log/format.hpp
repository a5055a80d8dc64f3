#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "log/log.hpp"

namespace colibri::log {

enum class Format : std::uint8_t { text, json };

/// Builds one line without its end: UTC time in milliseconds, level, area, message, `key=value`.
///
/// Whatever the inputs hold, the result is one line of valid UTF-8 that cannot be mistaken for two
/// and cannot move a terminal's cursor: control, bidirectional and line-separating characters and
/// invalid bytes are escaped, values with anything but plain characters are quoted, and a text
/// longer than 4 KB is cut with a mark.
///
/// [Threading] any thread, pure. [Errors] none.
std::string formatLine(Format format, std::int64_t nowUs, Level level, std::string_view area,
                       std::string_view message, std::span<const Field> fields);

std::string_view nameOf(Level level) noexcept;

}  // namespace colibri::log
