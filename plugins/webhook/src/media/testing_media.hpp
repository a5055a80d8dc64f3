#pragma once

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <cstdlib>
#include <string>

#include "encoding.hpp"
#include "media/media_ref.hpp"

namespace colibri::webhook::testing {

/// For tests: encrypts as the sender of a file does.
inline std::string sealMedia(const MediaRef& ref, const std::string& file) {
  const auto bytes = [](auto& text) { return reinterpret_cast<unsigned char*>(text.data()); };
  std::string keys(80, '\0'), secret = ref.key, usage(ref.usage);
  std::size_t size = keys.size();
  auto* kdf = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr);
  EVP_PKEY_derive_init(kdf);
  EVP_PKEY_CTX_set_hkdf_md(kdf, EVP_sha256());
  EVP_PKEY_CTX_set1_hkdf_key(kdf, bytes(secret), static_cast<int>(secret.size()));
  EVP_PKEY_CTX_add1_hkdf_info(kdf, bytes(usage), static_cast<int>(usage.size()));
  if (EVP_PKEY_derive(kdf, bytes(keys), &size) <= 0) std::abort();
  EVP_PKEY_CTX_free(kdf);
  const auto iv = keys.substr(0, 16), macKey = keys.substr(48);
  std::string out(file.size() + 16, '\0'), plain = file;
  int head = 0, tail = 0;
  auto* cipher = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, bytes(keys) + 16, bytes(keys));
  EVP_EncryptUpdate(cipher, bytes(out), &head, bytes(plain), static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(cipher, bytes(out) + head, &tail);
  EVP_CIPHER_CTX_free(cipher);
  out.resize(static_cast<std::size_t>(head + tail));
  return out + hmacSha256(macKey, iv + out).substr(0, 10);
}

}  // namespace colibri::webhook::testing
