#include "ed25519.hpp"

#include <openssl/evp.h>

#include <memory>

#include "openssl_bytes.hpp"

namespace colibri::webhook {
namespace {

constexpr auto kFailed = "Ed25519 failed";

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Key keyOf(std::string_view seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, opensslBytes(seed), seed.size()),
          EVP_PKEY_free);
  require(key != nullptr, kFailed);
  return key;
}

}  // namespace

std::string ed25519PublicKey(std::string_view seed) {
  const auto key = keyOf(seed);
  std::string out(kSeedBytes, '\0');
  std::size_t size = out.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()),
                                      &size) == 1,
          kFailed);
  return out;
}

std::string ed25519Sign(std::string_view seed, std::string_view data) {
  const auto key = keyOf(seed);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string out(2 * kSeedBytes, '\0');
  std::size_t size = out.size();
  require(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                             opensslBytes(data), data.size()) == 1,
          kFailed);
  return out;
}

}  // namespace colibri::webhook
