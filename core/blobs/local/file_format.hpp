#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "blobs/blob_store.hpp"

/// A blob as a file (ADR 23):
///
///     8 bytes   "colblob" and the version, 1
///     32 bytes  salt, from which and from the instance and the id the file's own key follows
///     984 bytes the header, sealed: size, time, SHA-256, media type and name, padded to one length
///     …         chunks of 64 KiB, the last one shorter, each sealed on its own
///
/// The nonce of a chunk is its index and whether it is the last one, so that none can be moved,
/// left out or taken from elsewhere. All [pure]. Numbers are little endian.
namespace colibri::blobs::local {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10, kTagBytes = 16;
constexpr std::size_t kSaltBytes = 32, kIdDigits = 32;
constexpr std::size_t kSaltAt = 8, kHeaderAt = kSaltAt + kSaltBytes, kChunksAt = 1024;
constexpr std::size_t kSealedHeaderBytes = kChunksAt - kHeaderAt;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 48;

extern const std::string_view kMagic;

bool isId(std::string_view text) noexcept;

/// The header without its seal. [Errors] rejected: lengths or sizes that cannot be.
std::string headerText(const Info& info);
Result<Info> parseHeader(std::string_view text);

/// What seals one file. [Threading] immutable.
class FileKey {
 public:
  /// `blobsKey`: derived of the master key for all blobs.
  FileKey(std::string_view blobsKey, InstanceKey instance, std::string_view id,
          std::string_view salt);

  std::string sealHeader(const Info& info) const { return sealText(headerText(info)); }
  std::string sealText(std::string_view header) const;
  /// Fills in all but instance and id. [Errors] rejected: it does not open, or is no header.
  Result<Info> openHeader(std::string_view sealed) const;

  /// Appended to `out`.
  void sealChunk(std::uint64_t index, bool last, std::string_view plain, std::string& out) const;
  /// [Errors] false: damaged, moved, or not of this file.
  bool openChunk(std::uint64_t index, bool last, std::string_view sealed, std::string& out) const;

 private:
  std::string key_;
};

/// At least one, for the last one says that it is the last.
constexpr std::uint64_t chunksOf(std::uint64_t size) noexcept {
  return size == 0 ? 1 : (size + kChunkBytes - 1) / kChunkBytes;
}
constexpr std::uint64_t fileBytesOf(std::uint64_t size) noexcept {
  return kChunksAt + size + chunksOf(size) * kTagBytes;
}

}  // namespace colibri::blobs::local
