#pragma once

#include <string>

#include "base/unique_fd.hpp"
#include "blobs/local/file_format.hpp"

namespace colibri::blobs::local {

/// Reads one blob's file. Nothing comes out of it that was not sealed at that place.
///
/// [Threading] any thread. [Blocking]
class FileReader final : public Reader {
 public:
  /// [Errors] notFound: there is no such file; rejected: what is wrong with it; unavailable.
  static Result<std::shared_ptr<const FileReader>> open(const std::string& path,
                                                        std::string_view blobsKey,
                                                        InstanceKey instance, std::string_view id);

  const Info& info() const noexcept override { return info_; }
  Result<std::string> read(std::uint64_t offset, std::size_t size) const override;
  /// The whole content, without keeping it. [Errors] rejected: what is wrong, first of all.
  Result<void> check() const;

 private:
  FileReader(UniqueFd fd, FileKey key, Info info)
      : fd_(std::move(fd)), key_(std::move(key)), info_(std::move(info)) {}
  Result<void> readChunk(std::uint64_t index, std::string& out) const;

  const UniqueFd fd_;
  const FileKey key_;
  const Info info_;
};

}  // namespace colibri::blobs::local
