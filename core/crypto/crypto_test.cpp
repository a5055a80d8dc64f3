#include <gtest/gtest.h>

#include "crypto/digest.hpp"
#include "crypto/gcm.hpp"
#include "crypto/sealer.hpp"

namespace colibri::crypto {
namespace {

TEST(Digest, MatchesPublishedVectors) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hex(hmacSha256("Jefe", "what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231, case 2
}

TEST(Digest, OfPiecesIsThatOfTheWhole) {
  Sha256 sum;
  EXPECT_EQ(sum.digest(), sha256(""));
  for (const auto* piece : {"a", "", "bc"}) sum.add(piece);
  EXPECT_EQ(sum.digest(), sha256("abc"));
  EXPECT_EQ(sum.digest(), sha256("abc")) << "asking changes nothing";
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

TEST(Gcm, MatchesAPublishedVectorAndOpensOnlyWhatItIs) {
  // The GCM specification's test case 14.
  const std::string key(32, '\0'), nonce(12, '\0'), plain(16, '\0');
  std::string sealed = "before ";
  gcmSeal(key, nonce, "", plain, sealed);
  EXPECT_EQ(hex(sealed.substr(7)),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  const auto bytes = sealed.substr(7);
  std::string opened = "x";
  EXPECT_TRUE(gcmOpen(key, nonce, "", bytes, opened));
  EXPECT_EQ(opened, "x" + plain);
  EXPECT_FALSE(gcmOpen(key, nonce, "context", bytes, opened));
  EXPECT_FALSE(gcmOpen(key, std::string(12, '1'), "", bytes, opened));
  EXPECT_FALSE(gcmOpen(key, nonce, "", bytes.substr(0, 15), opened)) << "less than a tag";
  EXPECT_EQ(opened, "x" + plain) << "what does not open leaves nothing";
}

TEST(Sealer, DerivesAKeyOfItsOwnForEveryPurpose) {
  const Sealer sealer(std::string(32, 'k'));
  EXPECT_EQ(sealer.derive("a").size(), Sealer::kKeySize);
  EXPECT_EQ(sealer.derive("a"), Sealer(std::string(32, 'k')).derive("a"));
  EXPECT_NE(sealer.derive("a"), sealer.derive("b"));
  EXPECT_NE(sealer.derive("a"), Sealer(std::string(32, 'o')).derive("a"));
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
