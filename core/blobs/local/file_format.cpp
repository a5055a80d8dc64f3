#include "blobs/local/file_format.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "crypto/digest.hpp"
#include "crypto/gcm.hpp"

namespace colibri::blobs::local {
namespace {

constexpr char kOfHeader = 0, kOfChunk = 1, kOfLastChunk = 2;
constexpr std::size_t kHeaderBytes = kSealedHeaderBytes - kTagBytes;
constexpr std::size_t kSumBytes = 32;
constexpr std::size_t kTextsAt = 8 + 8 + kSumBytes + 2 + 2;
static_assert(kTextsAt + kMostTypeBytes + kMostNameBytes <= kHeaderBytes);
static_assert(kTagBytes == crypto::kGcmTagSize);

void put(std::string& to, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(number >> (8 * i) & 0xff);
}
std::uint64_t get(std::string_view from, std::size_t at, int bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < bytes; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(from[at + static_cast<std::size_t>(i)])}
              << (8 * i);
  return number;
}

std::string nonceOf(char kind, std::uint64_t index) {
  std::string nonce{kind, 0, 0, 0};
  put(nonce, index, 8);
  return nonce;
}

}  // namespace

const std::string_view kMagic("colblob\x01", kSaltAt);

bool isId(std::string_view text) noexcept {
  return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

FileKey::FileKey(std::string_view blobsKey, InstanceKey instance, std::string_view id,
                 std::string_view salt) {
  COLIBRI_ASSERT(id.size() == kIdDigits && salt.size() == kSaltBytes);
  std::string of;
  put(of, instance, 8);
  key_ = crypto::hmacSha256(blobsKey, of.append(id).append(salt));
}

std::string FileKey::sealText(std::string_view header) const {
  std::string sealed;
  crypto::gcmSeal(key_, nonceOf(kOfHeader, 0), kMagic, header, sealed);
  return sealed;
}

Result<Info> FileKey::openHeader(std::string_view sealed) const {
  std::string text;
  if (!crypto::gcmOpen(key_, nonceOf(kOfHeader, 0), kMagic, sealed, text))
    return Error{Errc::rejected, "its header does not open: another master key, or damaged"};
  return parseHeader(text);
}

void FileKey::sealChunk(std::uint64_t index, bool last, std::string_view plain,
                        std::string& out) const {
  crypto::gcmSeal(key_, nonceOf(last ? kOfLastChunk : kOfChunk, index), kMagic, plain, out);
}

bool FileKey::openChunk(std::uint64_t index, bool last, std::string_view sealed,
                        std::string& out) const {
  return crypto::gcmOpen(key_, nonceOf(last ? kOfLastChunk : kOfChunk, index), kMagic, sealed, out);
}

std::string headerText(const Info& info) {
  const auto sum = crypto::fromHex(info.sha256);
  COLIBRI_ASSERT(sum && sum->size() == kSumBytes && info.mediaType.size() <= kMostTypeBytes &&
                 info.name.size() <= kMostNameBytes);
  std::string text;
  put(text, info.size, 8);
  put(text, static_cast<std::uint64_t>(info.createdAtUs), 8);
  text += *sum;
  put(text, info.mediaType.size(), 2);
  put(text, info.name.size(), 2);
  text.append(info.mediaType).append(info.name);
  text.resize(kHeaderBytes, '\0');  // its length tells nothing of the name's
  return text;
}

Result<Info> parseHeader(std::string_view text) {
  const Error wrong{Errc::rejected, "its header says what cannot be"};
  if (text.size() != kHeaderBytes) return wrong;
  Info info;
  info.size = get(text, 0, 8);
  info.createdAtUs = static_cast<std::int64_t>(get(text, 8, 8));
  info.sha256 = crypto::hex(text.substr(16, kSumBytes));
  const auto type = static_cast<std::size_t>(get(text, 16 + kSumBytes, 2));
  const auto name = static_cast<std::size_t>(get(text, 18 + kSumBytes, 2));
  if (info.size > kMostBytes || type > kMostTypeBytes || name > kMostNameBytes) return wrong;
  info.mediaType = text.substr(kTextsAt, type);
  info.name = text.substr(kTextsAt + type, name);
  return info;
}

}  // namespace colibri::blobs::local
