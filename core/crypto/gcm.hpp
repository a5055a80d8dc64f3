#pragma once

#include <string>
#include <string_view>

namespace colibri::crypto {

/// AES-256-GCM with a nonce of the caller's: 12 bytes that are never used twice with one key.
/// What is sealed is the ciphertext and a tag of 16 bytes; `context` is authenticated, not stored.
///
/// [Threading] any thread. [Errors] a key or nonce of another size is our bug and asserts.
constexpr std::size_t kGcmNonceSize = 12, kGcmTagSize = 16;

/// Appends what is sealed to `out`.
void gcmSeal(std::string_view key, std::string_view nonce, std::string_view context,
             std::string_view plain, std::string& out);

/// Appends what was sealed to `out`. False: another key, nonce or context, or it is damaged;
/// nothing is appended then.
bool gcmOpen(std::string_view key, std::string_view nonce, std::string_view context,
             std::string_view sealed, std::string& out);

}  // namespace colibri::crypto
