#include "signature.hpp"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <boost/json/parse.hpp>
#include <colibri/sdk/plugin.hpp>

#include "encoding.hpp"

namespace colibri::webhook {
namespace {

SigningKey key(std::string_view secret) {
  return SigningKey::parse("secret", secret);
}

std::string whsec(const std::string& bytes) {
  return "whsec_" + base64(bytes);
}

std::string fromHex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

TEST(Signature, ADerivedKeyIsOfTheSameKindAndOfOneInstanceAlone) {
  const auto shared = SigningKey::parse("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto one = shared.derivedFor("a"), other = shared.derivedFor("b");
  EXPECT_EQ(one, shared.derivedFor("a"));
  EXPECT_NE(one.sharedSecret(), other.sharedSecret());
  EXPECT_NE(one.sharedSecret(), shared.sharedSecret());
  EXPECT_EQ(SigningKey::parse("secret", one.sharedSecret()), one) << "as its owner is shown it";
  const auto asymmetric = SigningKey::parse("secret", "whsk_" + std::string(43, 'A') + "=");
  EXPECT_EQ(asymmetric.derivedFor("a").sharedSecret(), "");
  EXPECT_NE(asymmetric.derivedFor("a").publicKey(), asymmetric.publicKey());
  EXPECT_TRUE(asymmetric.derivedFor("a").sign("x").starts_with("v1a,"));
  EXPECT_FALSE(SigningKey().derivedFor("a"));
  const SigningKeys both{.current = shared, .previous = asymmetric, .previousUntil = 5};
  EXPECT_EQ(both.derivedFor("a").previous, asymmetric.derivedFor("a")) << "the operator may rotate";
  EXPECT_EQ(both.derivedFor("a").previousUntil, 5);
}

TEST(Signature, MatchesThePublishedVector) {
  // The example of the Standard Webhooks libraries.
  const SigningKeys keys{.current = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
  EXPECT_EQ(
      signatures(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, OfAnEd25519KeyMatchesTheVectorOfItsRfc) {
  // RFC 8032, 7.1, TEST 2.
  const auto seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const auto pub = fromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto expected = fromHex(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  for (const auto& bytes : {seed, seed + pub}) {
    const auto k = key("whsk_" + base64(bytes));
    EXPECT_EQ(k.sign("\x72"), "v1a," + base64(expected));
    EXPECT_EQ(k.publicKey(), "whpk_" + base64(pub));
  }
  EXPECT_EQ(key(whsec(seed)).publicKey(), "") << "a shared secret has none";
}

TEST(Signature, DependsOnIdTimeBodyAndKey) {
  const SigningKeys keys{.current = key(whsec(std::string(24, 'k')))};
  const auto base = signatures(keys, "id", 1, "{}");
  EXPECT_NE(base, signatures(keys, "ie", 1, "{}"));
  EXPECT_NE(base, signatures(keys, "id", 2, "{}"));
  EXPECT_NE(base, signatures(keys, "id", 1, "{ }"));
  EXPECT_NE(base, signatures({.current = key(whsec(std::string(24, 'l')))}, "id", 1, "{}"));
}

TEST(Signature, OfThePreviousKeyStandsBesideUntilItsEnd) {
  const auto fresh = key(whsec(std::string(24, 'k'))), old = key(whsec(std::string(24, 'l')));
  const SigningKeys keys{.current = fresh, .previous = old, .previousUntil = 100};
  EXPECT_EQ(signatures(keys, "id", 99, "{}"), fresh.sign("id.99.{}") + " " + old.sign("id.99.{}"));
  EXPECT_EQ(signatures(keys, "id", 100, "{}"), fresh.sign("id.100.{}"));
}

TEST(Secret, IsWhsecAndBase64OfTwentyFourToSixtyFourBytesOrAnEd25519Key) {
  for (const std::size_t size : {24U, 25U, 32U, 63U, 64U})
    EXPECT_TRUE(key(whsec(std::string(size, '\x9c'))));
  for (const auto& bad :
       {std::string(), std::string("whsec_"), base64(std::string(32, 'k')),
        "WHSEC_" + base64(std::string(32, 'k')), whsec(std::string(23, 'k')),
        whsec(std::string(65, 'k')), whsec(std::string(25, 'k')).substr(0, 41),
        whsec(std::string(24, 'k')) + "\n", "whsec_" + std::string(32, '!'),
        "whsec_" + base64Url(std::string(24, '\xff')), "whsec_" + std::string(5000, 'A'),
        std::string("whsk_"), "whsk_" + base64(std::string(31, 'k')),
        "whsk_" + base64(std::string(64, 'k')), "whpk_" + base64(std::string(32, 'k'))}) {
    try {
      key(bad);
      ADD_FAILURE() << bad;
    } catch (const sdk::Error& e) {
      EXPECT_TRUE(std::string_view(e.what()).starts_with("secret: must be whsec_ and the base64"));
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
