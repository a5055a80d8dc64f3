#include "safe_text.hpp"

#include <cstdint>
#include <cstdio>

namespace colibri::ctl {
namespace {

/// One character; `size` bytes of the text. Not `valid`: one byte that is not UTF-8.
struct Character {
  std::uint32_t code = 0;
  std::size_t size = 1;
  bool valid = true;
};

Character firstOf(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const Character wrong{lead, 1, false};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return wrong;
  std::uint32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return wrong;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast[size] || code > 0x10ffff || surrogate) return wrong;
  return {code, size, true};
}

bool isHarmless(std::uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const bool direction = code == 0x61c || code == 0x200e || code == 0x200f ||
                         (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool tag = code >= 0xe0000 && code <= 0xe007f;
  return !control && !direction && !separator && !tag && code != 0xfeff;
}

std::string hex(const char* format, std::uint32_t code) {
  char text[16];
  std::snprintf(text, sizeof text, format, code);
  return text;
}

/// As JSON has it: in two halves if need be.
std::string escapedInJson(std::uint32_t code) {
  if (code < 0x10000) return hex("\\u%04x", code);
  return hex("\\u%04x", 0xd7c0 + (code >> 10)) + hex("\\u%04x", 0xdc00 + (code & 0x3ff));
}

}  // namespace

std::string safe(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = firstOf(text);
    if (c.valid && isHarmless(c.code))
      out += text.substr(0, c.size);
    else
      out += hex(c.code < 0x100 ? "\\x%02x" : c.code < 0x10000 ? "\\u%04x" : "\\U%08x", c.code);
    text.remove_prefix(c.size);
  }
  return out;
}

std::string safeJson(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto c = firstOf(json);
    // Below a blank there is only white space between the tokens: in strings it is escaped.
    if (c.valid && c.code < 0x20)
      out += ' ';
    else if (c.valid && isHarmless(c.code))
      out += json.substr(0, c.size);
    else
      out += escapedInJson(c.valid ? c.code : 0xfffd);
    json.remove_prefix(c.size);
  }
  return out;
}

}  // namespace colibri::ctl
