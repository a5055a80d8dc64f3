#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace colibri::crypto {

// All [any thread]; OpenSSL underneath. Binary strings unless the name says otherwise.

std::string sha256(std::string_view data);                            ///< 32 bytes
std::string hmacSha256(std::string_view key, std::string_view data);  ///< 32 bytes
std::string hex(std::string_view bytes);                              ///< lower case
std::optional<std::string> fromHex(std::string_view text);            ///< nothing if not hex
std::string base64(std::string_view bytes);                           ///< standard alphabet, padded
std::optional<std::string> fromBase64(std::string_view text);         ///< nothing if not base64

/// The SHA-256 of bytes that come one after the other. [Threading] confined.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::string_view bytes);
  std::string digest() const;  ///< 32 bytes, of all so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// In time that depends on the sizes only. For secrets compare their digests, whose size is known.
bool sameDigest(std::string_view a, std::string_view b) noexcept;

}  // namespace colibri::crypto
