#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/result.hpp"

/// Blobs: bytes of any size that belong to an instance, such as media and what is uploaded. They
/// are streamed, never held whole. Everything here is [Blocking] unless it says otherwise: it is
/// for threads of the pool, never for an event loop.
namespace colibri::blobs {

constexpr std::size_t kMostNameBytes = 512, kMostTypeBytes = 127;

/// What a blob is called by whoever makes it. None of it lies readable on disk.
struct Spec {
  InstanceKey instance = 0;  ///< with it the blob goes; 0 = the gateway's own
  std::string name;          ///< of a file, for people; may be empty
  std::string mediaType;     ///< "image/png"; may be empty
};

struct Info {
  InstanceKey instance = 0;
  std::string id;  ///< 32 hexadecimal digits that nobody guesses; whoever has it may read the blob
  std::string name, mediaType;
  std::uint64_t size = 0;
  std::string sha256;  ///< of the content, 64 hexadecimal digits
  std::int64_t createdAtUs = 0;
};

/// One blob in the making. Whoever drops it without commit() leaves nothing behind.
///
/// [Threading] one at a time.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Where its name's type was not known at first. [Errors] invalidArgument: too long.
  virtual Result<void> setMediaType(std::string mediaType) = 0;
  /// [Errors] busy: no room, with the reason; notFound: the instance is gone. Nothing of the blob
  /// is left then, and whatever follows fails, too.
  virtual Result<void> write(std::string_view bytes) = 0;
  /// It is whole and on the disk once this has returned. Once. [Errors] as write().
  virtual Result<Info> commit() = 0;
};

/// A blob that is whole. It can be read to its end even if it is removed meanwhile.
///
/// [Threading] any thread.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual const Info& info() const noexcept = 0;  ///< not blocking
  /// `size` bytes, fewer at the end, none behind it. [Errors] rejected: damaged; unavailable.
  virtual Result<std::string> read(std::uint64_t offset, std::size_t size) const = 0;
};
using ReaderPtr = std::shared_ptr<const Reader>;

/// Where blobs are kept.
///
/// [Threading] any thread.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  /// [Errors] invalidArgument: a text over its limit or with control characters; busy: no room;
  /// notFound: the instance is gone; unavailable.
  virtual Result<std::unique_ptr<Writer>> create(Spec spec) = 0;
  /// [Errors] notFound; rejected: damaged; unavailable.
  virtual Result<ReaderPtr> open(InstanceKey instance, std::string_view id) = 0;
  /// [Errors] notFound, unavailable.
  virtual Result<void> remove(InstanceKey instance, std::string_view id) = 0;
  /// All of an instance's, also those in the making, and none can be made any more. It stays so
  /// once this has returned. Idempotent. [Errors] unavailable: some may be left.
  virtual Result<void> removeInstance(InstanceKey instance) = 0;
};

}  // namespace colibri::blobs
