#include "crypto/sealer.hpp"

#include "base/ids.hpp"
#include "crypto/digest.hpp"
#include "crypto/gcm.hpp"

namespace colibri::crypto {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeadSize = 1 + kGcmNonceSize;

}  // namespace

Sealer::Sealer(std::string key) : key_(std::move(key)) {
  COLIBRI_ASSERT(key_.size() == kKeySize);
}

std::string Sealer::seal(std::string_view plain, std::string_view context) const {
  std::string out;
  out.reserve(kHeadSize + plain.size() + kGcmTagSize);
  const auto nonce = randomBytes(kGcmNonceSize);
  out.append(1, kVersion).append(nonce);
  gcmSeal(key_, nonce, context, plain, out);
  return out;
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view context) const {
  std::string plain;
  if (sealed.size() >= kHeadSize && sealed[0] == kVersion &&
      gcmOpen(key_, sealed.substr(1, kGcmNonceSize), context, sealed.substr(kHeadSize), plain))
    return plain;
  return Error{Errc::rejected, "a sealed value does not open: another master key, or damaged"};
}

std::string Sealer::derive(std::string_view purpose) const {
  return hmacSha256(key_, std::string("derived key/").append(purpose));
}

}  // namespace colibri::crypto
