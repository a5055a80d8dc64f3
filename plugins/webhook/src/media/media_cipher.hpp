#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "media/media_ref.hpp"

namespace colibri::webhook {

/// What encryption adds to a file at most: a block of padding and the MAC.
inline constexpr std::size_t kMediaOverhead = 16 + 10;

/// The file in `encrypted`, as WhatsApp's clients encrypt: HKDF-SHA256 of the key gives IV, cipher
/// and MAC key; the file is AES-256-CBC with PKCS#7 padding, behind it the first 10 bytes of
/// HMAC-SHA256 over IV and ciphertext. Nothing if it was cut, changed or is another file. [any
/// thread]
std::optional<std::string> openMedia(const MediaRef& ref, std::string_view encrypted);

}  // namespace colibri::webhook
