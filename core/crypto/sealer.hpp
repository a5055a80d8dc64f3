#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace colibri::crypto {

/// Seals what must not lie readable on disk: AES-256-GCM under the master key.
///
/// Format: byte 1 (version), 12 bytes nonce, ciphertext, 16 bytes tag. `context` is authenticated
/// but not stored: name the place the value belongs to, so a sealed value cannot be moved
/// elsewhere.
///
/// [Threading] immutable; any thread. [Errors] open(): rejected = wrong key, place or damaged.
class Sealer {
 public:
  static constexpr std::size_t kKeySize = 32;

  /// [Errors] a key of another size is our bug and asserts.
  explicit Sealer(std::string key);

  std::string seal(std::string_view plain, std::string_view context) const;
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  /// A key of 32 bytes for one purpose, which tells nothing of the master key.
  std::string derive(std::string_view purpose) const;

 private:
  std::string key_;
};

}  // namespace colibri::crypto
