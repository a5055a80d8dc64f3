#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace colibri::webhook {

/// What signs webhooks, by Standard Webhooks 1.0: `whsec_` and the base64 of 24 to 64 bytes is a
/// secret that the receiver shares (v1, HMAC-SHA256); `whsk_` and the base64 of 32 bytes (an
/// Ed25519 seed, RFC 8032) or of 64 (seed and public key) signs so that the receiver needs only the
/// public key (v1a).
class SigningKey {
 public:
  SigningKey() = default;  ///< none
  /// [Errors] throws sdk::Error that names `key`, the place it stands, and does not repeat the
  /// secret.
  static SigningKey parse(std::string_view key, std::string_view secret);

  explicit operator bool() const noexcept { return !bytes_.empty(); }
  bool operator==(const SigningKey&) const = default;
  /// "v1," or "v1a," and the base64 of the signature.
  std::string sign(std::string_view content) const;
  /// The key of one instance, of the same kind; whoever has it learns neither this one nor another
  /// instance's. `instanceId` is a UUID.
  SigningKey derivedFor(std::string_view instanceId) const;
  /// `whsec_` and the base64 of a secret that is to be shared; empty if it is an Ed25519 key.
  std::string sharedSecret() const;
  /// `whpk_` and the base64 of the public key; empty if there is none.
  std::string publicKey() const;

 private:
  std::string bytes_;  // of the secret, or the seed
  bool ed25519_ = false;
};

/// Signatures and their keys count seconds.
inline constexpr std::int64_t kUsPerSecond = 1'000'000;

/// The keys in force: one, and while receivers change to it, the one before.
struct SigningKeys {
  SigningKey current = {}, previous = {};
  std::int64_t previousUntil = std::numeric_limits<std::int64_t>::max();  ///< seconds since 1970

  explicit operator bool() const noexcept { return static_cast<bool>(current); }
  SigningKeys derivedFor(std::string_view instanceId) const;
};

/// The value of `webhook-signature`: the signature of id "." seconds "." body by each key in force
/// at that time, the current one's first.
std::string signatures(const SigningKeys& keys, std::string_view id, std::int64_t seconds,
                       std::string_view body);

/// A JWT (HS256) that says who calls, valid for ten minutes:
/// {"iat","exp","app":"evolution","action":"webhook"}, the claims receivers of the v2 API check.
std::string bearerToken(std::string_view key, std::int64_t seconds);

}  // namespace colibri::webhook
