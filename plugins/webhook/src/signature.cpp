#include "signature.hpp"

#include <colibri/sdk/plugin.hpp>

#include "ed25519.hpp"
#include "encoding.hpp"

namespace colibri::webhook {
namespace {

constexpr std::string_view kSecret = "whsec_", kPrivate = "whsk_", kPublic = "whpk_";
constexpr std::string_view kDerivation = "colibri.webhook/1 instance ";
constexpr std::size_t kShortest = 24, kLongest = 64;

/// The seed, if the bytes are one, or one with the public key that belongs to it.
std::string seedOf(const std::string& bytes) {
  if (bytes.size() == kSeedBytes) return bytes;
  auto seed = bytes.substr(0, kSeedBytes);
  const bool whole = bytes.size() == 2 * kSeedBytes;
  return whole && bytes.substr(kSeedBytes) == ed25519PublicKey(seed) ? seed : std::string();
}

}  // namespace

SigningKey SigningKey::parse(std::string_view key, std::string_view secret) {
  SigningKey parsed;
  if (secret.starts_with(kSecret)) {
    auto bytes = fromBase64(secret.substr(kSecret.size()));
    if (bytes && bytes->size() >= kShortest && bytes->size() <= kLongest)
      parsed.bytes_ = std::move(*bytes);
  } else if (secret.starts_with(kPrivate)) {
    parsed.ed25519_ = true;
    if (const auto bytes = fromBase64(secret.substr(kPrivate.size())))
      parsed.bytes_ = seedOf(*bytes);
  }
  if (!parsed)
    throw sdk::Error(
        COLIBRI_E_INVALID_ARGUMENT,
        std::string(key) +
            ": must be whsec_ and the base64 of 24 to 64 bytes, or whsk_ and that of an "
            "Ed25519 key (32 bytes, or 64 with its public key)");
  return parsed;
}

std::string SigningKey::sign(std::string_view content) const {
  return ed25519_ ? "v1a," + base64(ed25519Sign(bytes_, content))
                  : "v1," + base64(hmacSha256(bytes_, content));
}

SigningKey SigningKey::derivedFor(std::string_view instanceId) const {
  SigningKey derived;
  if (!*this) return derived;
  derived.ed25519_ = ed25519_;
  derived.bytes_ = hmacSha256(bytes_, std::string(kDerivation).append(instanceId));
  return derived;
}

std::string SigningKey::sharedSecret() const {
  return *this && !ed25519_ ? std::string(kSecret) + base64(bytes_) : std::string();
}

SigningKeys SigningKeys::derivedFor(std::string_view instanceId) const {
  return {current.derivedFor(instanceId), previous.derivedFor(instanceId), previousUntil};
}

std::string SigningKey::publicKey() const {
  return ed25519_ ? std::string(kPublic) + base64(ed25519PublicKey(bytes_)) : std::string();
}

std::string signatures(const SigningKeys& keys, std::string_view id, std::int64_t seconds,
                       std::string_view body) {
  std::string content;
  content.reserve(id.size() + body.size() + 24);
  content.append(id).append(".").append(std::to_string(seconds)).append(".").append(body);
  auto out = keys.current.sign(content);
  if (keys.previous && seconds < keys.previousUntil)
    out.append(" ").append(keys.previous.sign(content));
  return out;
}

std::string bearerToken(std::string_view key, std::int64_t seconds) {
  constexpr std::int64_t kValidSeconds = 600;
  auto token = base64Url(R"({"alg":"HS256","typ":"JWT"})") + "." +
               base64Url(R"({"iat":)" + std::to_string(seconds) + R"(,"exp":)" +
                         std::to_string(seconds + kValidSeconds) +
                         R"(,"app":"evolution","action":"webhook"})");
  return token + "." + base64Url(hmacSha256(key, token));
}

}  // namespace colibri::webhook
