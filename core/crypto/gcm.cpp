#include "crypto/gcm.hpp"

#include <openssl/evp.h>

#include <memory>

#include "base/assert.hpp"

namespace colibri::crypto {
namespace {

constexpr std::size_t kGcmKeySize = 32;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* at(std::string& s, std::size_t offset) {
  return reinterpret_cast<unsigned char*>(s.data() + offset);
}
const unsigned char* at(std::string_view s, std::size_t offset = 0) {
  return reinterpret_cast<const unsigned char*>(s.data() + offset);
}

Context contextFor(std::string_view key, std::string_view nonce) {
  COLIBRI_ASSERT(key.size() == kGcmKeySize && nonce.size() == kGcmNonceSize);
  return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
}

}  // namespace

void gcmSeal(std::string_view key, std::string_view nonce, std::string_view context,
             std::string_view plain, std::string& out) {
  const auto ctx = contextFor(key, nonce);
  const auto begin = out.size();
  out.resize(begin + plain.size() + kGcmTagSize);
  int n = 0;
  bool ok =
      EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, at(key), at(nonce)) == 1 &&
      EVP_EncryptUpdate(ctx.get(), nullptr, &n, at(context), static_cast<int>(context.size())) == 1;
  if (!plain.empty()) {
    ok = ok && EVP_EncryptUpdate(ctx.get(), at(out, begin), &n, at(plain),
                                 static_cast<int>(plain.size())) == 1;
  }
  const auto tag = begin + plain.size();
  ok = ok && EVP_EncryptFinal_ex(ctx.get(), at(out, tag), &n) == 1 &&
       EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kGcmTagSize, at(out, tag)) == 1;
  COLIBRI_ASSERT(ok);
}

bool gcmOpen(std::string_view key, std::string_view nonce, std::string_view context,
             std::string_view sealed, std::string& out) {
  const auto ctx = contextFor(key, nonce);
  if (sealed.size() < kGcmTagSize) return false;
  const auto size = sealed.size() - kGcmTagSize;
  const auto begin = out.size();
  std::string tag(sealed.substr(size));
  out.resize(begin + size);
  int n = 0;
  bool ok =
      EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, at(key), at(nonce)) == 1 &&
      EVP_DecryptUpdate(ctx.get(), nullptr, &n, at(context), static_cast<int>(context.size())) == 1;
  if (size != 0) {
    ok = ok &&
         EVP_DecryptUpdate(ctx.get(), at(out, begin), &n, at(sealed), static_cast<int>(size)) == 1;
  }
  ok = ok && EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kGcmTagSize, tag.data()) == 1 &&
       EVP_DecryptFinal_ex(ctx.get(), at(out, begin + size), &n) == 1;
  if (!ok) out.resize(begin);
  return ok;
}

}  // namespace colibri::crypto
