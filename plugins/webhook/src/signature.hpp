#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace colibri::webhook {

/// The key behind `whsec_<base64>`, 24 to 64 bytes.
/// [Errors] throws sdk::Error with a sentence that does not repeat the secret.
std::string parseSecret(std::string_view secret);

/// The value of `webhook-signature` by Standard Webhooks 1.0: "v1," and the base64 of
/// HMAC-SHA256(key, id "." seconds "." body).
std::string sign(std::string_view key, std::string_view id, std::int64_t seconds,
                 std::string_view body);

/// A JWT (HS256) that says who calls, valid for ten minutes:
/// {"iat","exp","app":"evolution","action":"webhook"}, the claims receivers of the v2 API check.
std::string bearerToken(std::string_view key, std::int64_t seconds);

}  // namespace colibri::webhook
