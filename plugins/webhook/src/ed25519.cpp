#include "ed25519.hpp"

#include <openssl/evp.h>

#include <colibri/sdk/plugin.hpp>
#include <memory>

namespace colibri::webhook {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool worked) {
  if (!worked) throw sdk::Error(COLIBRI_E_UNAVAILABLE, "Ed25519 failed");
}

Key keyOf(std::string_view seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytesOf(seed), seed.size()),
          EVP_PKEY_free);
  require(key != nullptr);
  return key;
}

}  // namespace

std::string ed25519PublicKey(std::string_view seed) {
  const auto key = keyOf(seed);
  std::string out(kSeedBytes, '\0');
  std::size_t size = out.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()),
                                      &size) == 1);
  return out;
}

std::string ed25519Sign(std::string_view seed, std::string_view data) {
  const auto key = keyOf(seed);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string out(2 * kSeedBytes, '\0');
  std::size_t size = out.size();
  require(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
          EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                         bytesOf(data), data.size()) == 1);
  return out;
}

}  // namespace colibri::webhook
