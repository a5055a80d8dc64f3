#include "media/media_cipher.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/sha.h>

#include <memory>

#include "encoding.hpp"
#include "openssl_bytes.hpp"

namespace colibri::webhook {
namespace {

constexpr std::size_t kIvBytes = 16, kCipherBytes = 32, kMacKeyBytes = 32, kMacBytes = 10,
                      kBlock = 16;
constexpr std::size_t kDerived = kIvBytes + kCipherBytes + kMacKeyBytes;

std::string derive(std::string_view key, std::string_view usage) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), EVP_PKEY_CTX_free);
  std::string out(kDerived, '\0');
  std::size_t size = out.size();
  require(
      context && EVP_PKEY_derive_init(context.get()) > 0 &&
          EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) > 0 &&
          EVP_PKEY_CTX_set1_hkdf_key(context.get(), opensslBytes(key),
                                     static_cast<int>(key.size())) > 0 &&
          EVP_PKEY_CTX_add1_hkdf_info(context.get(), opensslBytes(usage),
                                      static_cast<int>(usage.size())) > 0 &&
          EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size) > 0,
      "the keys of a media file cannot be derived");
  return out;
}

std::optional<std::string> decrypt(std::string_view key, std::string_view iv,
                                   std::string_view data) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string out(data.size() + kBlock, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int size = 0, last = 0;
  const bool opened = context &&
                      EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr,
                                         opensslBytes(key), opensslBytes(iv)) == 1 &&
                      EVP_DecryptUpdate(context.get(), to, &size, opensslBytes(data),
                                        static_cast<int>(data.size())) == 1 &&
                      EVP_DecryptFinal_ex(context.get(), to + size, &last) == 1;
  if (!opened) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(last));
  return out;
}

bool isOf(std::string_view sha256, const std::string& file) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(opensslBytes(file), file.size(), digest);
  return sha256 == std::string_view(reinterpret_cast<const char*>(digest), sizeof digest);
}

}  // namespace

std::optional<std::string> openMedia(const MediaRef& ref, std::string_view encrypted) {
  if (encrypted.size() < kBlock + kMacBytes || (encrypted.size() - kMacBytes) % kBlock != 0)
    return std::nullopt;
  const auto keys = derive(ref.key, ref.usage);
  const auto iv = keys.substr(0, kIvBytes), macKey = keys.substr(kIvBytes + kCipherBytes);
  const auto data = encrypted.substr(0, encrypted.size() - kMacBytes),
             mac = encrypted.substr(data.size());
  const auto expected = hmacSha256(macKey, iv + std::string(data));
  if (CRYPTO_memcmp(expected.data(), mac.data(), kMacBytes) != 0) return std::nullopt;
  auto file = decrypt(std::string_view(keys).substr(kIvBytes, kCipherBytes), iv, data);
  if (file && !ref.sha256.empty() && !isOf(ref.sha256, *file)) return std::nullopt;
  return file;
}

}  // namespace colibri::webhook
