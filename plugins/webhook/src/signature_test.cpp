#include "signature.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/json/parse.hpp>
#include <colibri/sdk/plugin.hpp>

#include "encoding.hpp"

namespace colibri::webhook {
namespace {

TEST(Signature, MatchesThePublishedVector) {
  // The example of the Standard Webhooks libraries.
  const auto key = parseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, DependsOnIdTimeBodyAndKey) {
  const std::string key(24, 'k');
  const auto base = sign(key, "id", 1, "{}");
  EXPECT_NE(base, sign(key, "ie", 1, "{}"));
  EXPECT_NE(base, sign(key, "id", 2, "{}"));
  EXPECT_NE(base, sign(key, "id", 1, "{ }"));
  EXPECT_NE(base, sign(std::string(24, 'l'), "id", 1, "{}"));
}

TEST(Secret, IsWhsecAndBase64OfTwentyFourToSixtyFourBytes) {
  for (const std::size_t size : {24U, 25U, 32U, 63U, 64U}) {
    const std::string key(size, '\x9c');
    EXPECT_EQ(parseSecret("whsec_" + base64(key)), key);
  }
  for (const auto& bad :
       {std::string(), std::string("whsec_"), base64(std::string(32, 'k')),
        "WHSEC_" + base64(std::string(32, 'k')), "whsec_" + base64(std::string(23, 'k')),
        "whsec_" + base64(std::string(65, 'k')),
        "whsec_" + base64(std::string(25, 'k')).substr(0, 35),
        "whsec_" + base64(std::string(24, 'k')) + "\n", "whsec_" + std::string(32, '!'),
        "whsec_" + base64Url(std::string(24, '\xff')), "whsec_" + std::string(5000, 'A')}) {
    try {
      parseSecret(bad);
      ADD_FAILURE() << bad;
    } catch (const sdk::Error& e) {
      EXPECT_STREQ(e.what(), "secret: must be whsec_ and the base64 of 24 to 64 bytes");
    }
  }
}

TEST(Base64, RefusesWhatDoesNotRoundTrip) {
  EXPECT_EQ(fromBase64("Zm9v"), "foo");
  EXPECT_EQ(fromBase64("Zm8="), "fo");
  EXPECT_EQ(fromBase64("Zg=="), "f");
  for (const auto* bad :
       {"", "Zg", "Zg=", "Zh==", "Zg==Zg==", "Z===", "====", " Zg==", "Zm9v\n", "Zm 9"})
    EXPECT_FALSE(fromBase64(bad)) << bad;
}

TEST(BearerToken, IsAJwtThatExpiresInTenMinutes) {
  const std::string key = "jwt-key";
  const auto token = bearerToken(key, 1'700'000'000);
  const auto first = token.find('.'), last = token.rfind('.');
  const auto decode = [](std::string part) {
    std::replace(part.begin(), part.end(), '-', '+');
    std::replace(part.begin(), part.end(), '_', '/');
    while (part.size() % 4 != 0) part.push_back('=');
    return fromBase64(part).value_or("");
  };
  EXPECT_EQ(decode(token.substr(0, first)), R"({"alg":"HS256","typ":"JWT"})");
  const auto claims = boost::json::parse(decode(token.substr(first + 1, last - first - 1)));
  EXPECT_EQ(claims.at("iat").as_int64(), 1'700'000'000);
  EXPECT_EQ(claims.at("exp").as_int64(), 1'700'000'600);
  EXPECT_EQ(claims.at("action").as_string(), "webhook");
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const auto content = token.substr(0, last);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), mac, &size);
  EXPECT_EQ(decode(token.substr(last + 1)), std::string(reinterpret_cast<const char*>(mac), size));
}

}  // namespace
}  // namespace colibri::webhook
