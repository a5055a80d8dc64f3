#include "signature.hpp"

#include <colibri/sdk/plugin.hpp>

#include "encoding.hpp"

namespace colibri::webhook {

std::string parseSecret(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  constexpr std::size_t kShortest = 24, kLongest = 64;
  if (secret.starts_with(kPrefix)) {
    auto key = fromBase64(secret.substr(kPrefix.size()));
    if (key && key->size() >= kShortest && key->size() <= kLongest) return std::move(*key);
  }
  throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT,
                   "secret: must be whsec_ and the base64 of 24 to 64 bytes");
}

std::string sign(std::string_view key, std::string_view id, std::int64_t seconds,
                 std::string_view body) {
  std::string content;
  content.reserve(id.size() + body.size() + 24);
  content.append(id).append(".").append(std::to_string(seconds)).append(".").append(body);
  return "v1," + base64(hmacSha256(key, content));
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
