#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace colibri::webhook {

// All [any thread]; OpenSSL underneath.

std::string base64(std::string_view bytes);     ///< standard alphabet, padded
std::string base64Url(std::string_view bytes);  ///< URL alphabet, not padded
std::optional<std::string> fromBase64(
    std::string_view text);  ///< strict: standard alphabet, padded
std::string hmacSha256(std::string_view key, std::string_view data);  ///< 32 bytes

}  // namespace colibri::webhook
