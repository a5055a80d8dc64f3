#include "log/format.hpp"

#include <array>
#include <cstdio>

#include "base/iso_time.hpp"
#include "base/utf8.hpp"

namespace colibri::log {
namespace {

constexpr std::size_t kMaxText = 4096;

/// Ends a line or reorders what is read, in some viewer.
bool unsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void appendHex(std::string& out, const char* pattern, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  out += text.data();
}

void appendEscaped(std::string& out, std::string_view text, Format format) {
  const bool cut = text.size() > kMaxText;
  if (cut) text = text.substr(0, kMaxText);
  while (!text.empty()) {
    const auto c = utf8::decode(text);
    if (!c.valid) {
      // JSON has no way to write a byte that is no character.
      if (format == Format::json)
        out += "\\ufffd";
      else
        appendHex(out, "\\x%02x", static_cast<unsigned>(c.value));
    } else if (c.value == '"' || c.value == '\\') {
      out += '\\';
      out += static_cast<char>(c.value);
    } else if (c.value == '\n') {
      out += "\\n";
    } else if (unsafe(c.value)) {
      appendHex(out, "\\u%04x", static_cast<unsigned>(c.value));
    } else {
      out += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  if (cut) out += "...";
}

bool plain(std::string_view text, std::string_view also) {
  if (text.empty() || text.size() > kMaxText) return false;
  for (const char c : text) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!word && also.find(c) == std::string_view::npos) return false;
  }
  return true;
}

void appendText(std::string& out, std::string_view text, std::string_view also) {
  if (plain(text, also)) {
    out += text;
    return;
  }
  out += '"';
  appendEscaped(out, text, Format::text);
  out += '"';
}

void appendJson(std::string& out, std::string_view key, std::string_view value) {
  out += '"';
  appendEscaped(out, key, Format::json);
  out += "\":\"";
  appendEscaped(out, value, Format::json);
  out += '"';
}

std::string textLine(std::int64_t nowUs, Level level, std::string_view area,
                     std::string_view message, std::span<const Field> fields) {
  auto line = isoTime(nowUs);
  line += ' ';
  line += nameOf(level);
  line += ' ';
  appendText(line, area, "_.-");
  line += ": ";
  appendText(line, message, " _.,:;/()'-");
  for (const auto& field : fields) {
    line += ' ';
    appendText(line, field.key, "_.-");
    line += '=';
    appendText(line, field.value, "_.:/@+-[],*");
  }
  return line;
}

std::string jsonLine(std::int64_t nowUs, Level level, std::string_view area,
                     std::string_view message, std::span<const Field> fields) {
  std::string line = "{";
  appendJson(line, "time", isoTime(nowUs));
  line += ',';
  appendJson(line, "level", nameOf(level));
  line += ',';
  appendJson(line, "area", area);
  line += ',';
  appendJson(line, "message", message);
  line += ",\"fields\":{";
  for (const auto& field : fields) {
    if (&field != fields.data()) line += ',';
    appendJson(line, field.key, field.value);
  }
  return line += "}}";
}

}  // namespace

std::string_view nameOf(Level level) noexcept {
  switch (level) {
    case Level::trace:
      return "trace";
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "?";
}

std::string formatLine(Format format, std::int64_t nowUs, Level level, std::string_view area,
                       std::string_view message, std::span<const Field> fields) {
  if (format == Format::json) return jsonLine(nowUs, level, area, message, fields);
  return textLine(nowUs, level, area, message, fields);
}

}  // namespace colibri::log
