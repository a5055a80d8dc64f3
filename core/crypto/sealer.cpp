#include "crypto/sealer.hpp"

#include <openssl/evp.h>

#include <memory>

#include "base/ids.hpp"

namespace colibri::crypto {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kNonceSize = 12, kTagSize = 16, kHeadSize = 1 + kNonceSize;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* bytes(std::string& s, std::size_t at = 0) {
  return reinterpret_cast<unsigned char*>(s.data() + at);
}
const unsigned char* bytes(std::string_view s, std::size_t at = 0) {
  return reinterpret_cast<const unsigned char*>(s.data() + at);
}

Context newContext() {
  return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
}

}  // namespace

Sealer::Sealer(std::string key) : key_(std::move(key)) {
  COLIBRI_ASSERT(key_.size() == kKeySize);
}

std::string Sealer::seal(std::string_view plain, std::string_view context) const {
  std::string out(kHeadSize + plain.size() + kTagSize, '\0');
  out[0] = kVersion;
  const auto nonce = randomBytes(kNonceSize);
  out.replace(1, kNonceSize, nonce);
  const auto ctx = newContext();
  int n = 0;
  bool ok =
      EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)) == 1 &&
      EVP_EncryptUpdate(ctx.get(), nullptr, &n, bytes(context), static_cast<int>(context.size())) ==
          1;
  if (!plain.empty()) {
    ok = ok && EVP_EncryptUpdate(ctx.get(), bytes(out, kHeadSize), &n, bytes(plain),
                                 static_cast<int>(plain.size())) == 1;
  }
  ok = ok && EVP_EncryptFinal_ex(ctx.get(), bytes(out, kHeadSize + plain.size()), &n) == 1 &&
       EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, kTagSize,
                           bytes(out, kHeadSize + plain.size())) == 1;
  COLIBRI_ASSERT(ok);
  return out;
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view context) const {
  const Error damaged{Errc::rejected,
                      "a sealed value does not open: another master key, or damaged"};
  if (sealed.size() < kHeadSize + kTagSize || sealed[0] != kVersion) return damaged;
  const std::size_t size = sealed.size() - kHeadSize - kTagSize;
  std::string plain(size, '\0');
  std::string tag(sealed.substr(kHeadSize + size));
  const auto ctx = newContext();
  int n = 0;
  bool ok = EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, bytes(key_),
                               bytes(sealed, 1)) == 1 &&
            EVP_DecryptUpdate(ctx.get(), nullptr, &n, bytes(context),
                              static_cast<int>(context.size())) == 1;
  if (size != 0) {
    ok = ok && EVP_DecryptUpdate(ctx.get(), bytes(plain), &n, bytes(sealed, kHeadSize),
                                 static_cast<int>(size)) == 1;
  }
  ok = ok && EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1 &&
       EVP_DecryptFinal_ex(ctx.get(), bytes(plain, size), &n) == 1;
  if (!ok) return damaged;
  return plain;
}

}  // namespace colibri::crypto
