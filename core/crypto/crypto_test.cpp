#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "crypto/sealer.hpp"

namespace colibri::crypto {
namespace {

TEST(Digest, MatchesPublishedVectors) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hex(hmacSha256("Jefe", "what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231, case 2
}

TEST(Digest, Base64RoundTripsEveryPadding) {
  for (const auto* text : {"", "f", "fo", "foo", "foob"}) EXPECT_EQ(fromBase64(base64(text)), text);
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_FALSE(fromBase64("Zm8"));
  EXPECT_FALSE(fromBase64("Zm!="));
  EXPECT_FALSE(fromBase64("=m8="));
}

TEST(Digest, HexRefusesWhatIsNotHex) {
  EXPECT_EQ(fromHex("00fF"), std::string("\0\xff", 2));
  EXPECT_FALSE(fromHex("0"));
  EXPECT_FALSE(fromHex("zz"));
}

TEST(Digest, DigestsAreEqualOnlyWhole) {
  const auto digest = sha256("key");
  EXPECT_TRUE(sameDigest(digest, sha256("key")));
  EXPECT_FALSE(sameDigest(digest, sha256("kex")));
  EXPECT_FALSE(sameDigest(digest, digest.substr(0, 31)));
  EXPECT_FALSE(sameDigest("", digest));
}

TEST(Sealer, OpensWhatItSealed) {
  const Sealer sealer(std::string(32, 'k'));
  for (const auto& plain : {std::string(), std::string("secret"), std::string(5000, 'x')}) {
    const auto sealed = sealer.seal(plain, "place");
    EXPECT_EQ(sealed.find("secret"), sealed.npos);
    EXPECT_EQ(sealer.open(sealed, "place").value(), plain);
  }
}

TEST(Sealer, RefusesAnotherKeyPlaceOrDamage) {
  const Sealer sealer(std::string(32, 'k')), other(std::string(32, 'o'));
  auto sealed = sealer.seal("secret", "place");
  EXPECT_FALSE(other.open(sealed, "place"));
  EXPECT_FALSE(sealer.open(sealed, "elsewhere"));
  EXPECT_FALSE(sealer.open(sealed.substr(0, 20), "place"));
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_FALSE(sealer.open(sealed, "place"));
}

}  // namespace
}  // namespace colibri::crypto
