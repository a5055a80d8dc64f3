// colibri/sdk/json_string.hpp -- a text as JSON writes it.
#pragma once

#include <string>
#include <string_view>

namespace colibri::sdk {

/// Appends `text` as a JSON string. It must be UTF-8.
inline void appendJsonString(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (code < 0x20) {
      out.append("\\u00").append(1, kHex[code >> 4]).append(1, kHex[code & 0xf]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace colibri::sdk
