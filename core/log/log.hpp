#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace colibri::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error };

/// One named value of a log line. Never a secret, a QR text or a message body.
struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)) {}
  Field(std::string_view k, std::uint64_t v) : key(k), value(std::to_string(v)) {}
  Field(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
  std::string key, value;
};

/// Writes one line: UTC time, level, area, constant message, fields. The process-wide sink is set
/// once at start (open()); before that, and in tests, lines go to stderr from `warn` on.
///
/// [Threading] any thread. [Blocking] may wait for the output. [Errors] none: a log that cannot be
/// written is dropped.
void write(Level level, std::string_view area, std::string_view message,
           std::initializer_list<Field> fields = {});
/// The same for fields that are not known when the caller is compiled: plugins' lines.
void writeFields(Level level, std::string_view area, std::string_view message,
                 std::span<const Field> fields);
bool enabled(Level level) noexcept;

}  // namespace colibri::log
