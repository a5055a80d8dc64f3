#include "blobs/local/shelf.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/whole_file.hpp"

namespace colibri::blobs::local {

Result<void> Shelf::makeFolder(InstanceKey instance) {
  const std::scoped_lock lock(mutex_);
  if (gone_.contains(instance)) return Error{Errc::notFound, "the instance is gone"};
  const auto folder = folderOf(instance);
  if (::mkdir(folder.c_str(), 0700) == 0) {
    if (!syncFolderOf(folder)) return failure(errno);
  } else if (errno != EEXIST) {
    return failure(errno);
  }
  return {};
}

void Shelf::forbid(InstanceKey instance) {
  const std::scoped_lock lock(mutex_);
  gone_.insert(instance);
}

Result<void> Shelf::take(std::uint64_t bytes) {
  const auto limit = options.maxBytes + options.maxBytes / 8;
  const auto now = bytes_ += bytes;
  if (now > options.maxBytes && overfull_) overfull_();
  if (now <= limit) return {};
  bytes_ -= bytes;
  ++refused;
  return Error{Errc::busy, "the blob store is full (blobs.max_bytes), room is being made"};
}

Result<void> Shelf::checkFloor() const {
  if (options.floorBytes == 0 || !options.freeBytes) return {};
  const auto left = options.freeBytes(options.folder);
  if (!left || *left >= options.floorBytes) return {};
  return Error{Errc::busy,
               "the disk is nearly full: blobs are refused below "
               "blobs.free_disk_min_bytes of free space"};
}

Error Shelf::failure(int why) const {
  if (why == ENOSPC || why == EDQUOT || why == EFBIG)
    return {Errc::busy, "the disk is full, no blob can be written"};
  return {Errc::unavailable,
          "a blob cannot be written: " + std::error_code(why, std::generic_category()).message()};
}

}  // namespace colibri::blobs::local
