#pragma once

#include <colibri/sdk/plugin.hpp>
#include <string_view>

namespace colibri::webhook {

inline const unsigned char* opensslBytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// [Errors] throws sdk::Error(E_UNAVAILABLE, `failed`) unless OpenSSL did what it was asked.
inline void require(bool worked, const char* failed) {
  if (!worked) throw sdk::Error(COLIBRI_E_UNAVAILABLE, failed);
}

}  // namespace colibri::webhook
