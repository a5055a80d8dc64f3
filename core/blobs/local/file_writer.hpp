#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "blobs/local/file_format.hpp"
#include "blobs/local/shelf.hpp"
#include "crypto/digest.hpp"

namespace colibri::blobs::local {

/// Writes one blob's file, under a name of its own until it is whole. Holds one chunk in memory.
///
/// [Threading] one at a time. [Blocking]
class FileWriter final : public Writer {
 public:
  static constexpr const char* kUnfinished = ".part";  ///< what such a file's name ends in

  /// [Errors] see BlobStore::create().
  static Result<std::unique_ptr<FileWriter>> create(std::shared_ptr<Shelf> shelf, Spec spec);
  ~FileWriter() override;
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  Result<void> setMediaType(std::string mediaType) override;
  Result<void> write(std::string_view bytes) override;
  Result<Info> commit() override;

 private:
  FileWriter(std::shared_ptr<Shelf> shelf, Info info, std::string salt);
  Result<void> begin(const std::string& salt);
  Result<void> flush(bool last);
  Result<void> put(std::string_view bytes, std::uint64_t offset);
  Result<void> finish();
  Error fail(Error why);
  void abandon() noexcept;

  const std::shared_ptr<Shelf> shelf_;
  Info info_;
  const FileKey key_;
  const std::string path_;
  UniqueFd fd_;
  crypto::Sha256 sum_;
  std::string chunk_, sealed_;
  std::uint64_t chunks_ = 0;  // written
  std::uint64_t taken_ = 0;   // bytes of the shelf
  std::uint64_t asked_ = 0;   // bytes at the last look at the disk
  bool there_ = false;        // the unfinished file
  std::optional<Error> failed_;
};

}  // namespace colibri::blobs::local
