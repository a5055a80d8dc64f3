#pragma once

#include <string>
#include <string_view>

namespace colibri::webhook {

// Ed25519 (RFC 8032) by OpenSSL. [any thread] [Errors] throw sdk::Error: OpenSSL failed.

inline constexpr std::size_t kSeedBytes = 32;

std::string ed25519PublicKey(std::string_view seed);                    ///< 32 bytes
std::string ed25519Sign(std::string_view seed, std::string_view data);  ///< 64 bytes

}  // namespace colibri::webhook
