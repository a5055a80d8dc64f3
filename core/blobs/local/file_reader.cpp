#include "blobs/local/file_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "crypto/digest.hpp"

namespace colibri::blobs::local {
namespace {

Error unreadable(int why) {
  return {Errc::unavailable,
          "a blob cannot be read: " + std::error_code(why, std::generic_category()).message()};
}
Error damaged(std::string_view what) {
  return {Errc::rejected, "a blob is damaged: " + std::string(what)};
}

/// False with errno 0: the file ends before.
bool readAt(int fd, std::uint64_t offset, std::string& into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto got =
        ::pread(fd, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = 0;
    if (got <= 0) return false;
    done += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

Result<std::shared_ptr<const FileReader>> FileReader::open(const std::string& path,
                                                           std::string_view blobsKey,
                                                           InstanceKey instance,
                                                           std::string_view id) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) return Error{Errc::notFound, "there is no such blob"};
  struct stat file {};
  if (!fd || ::fstat(fd.get(), &file) != 0) return unreadable(errno);
  if (!S_ISREG(file.st_mode)) return damaged("it is no file");
  std::string head(kChunksAt, '\0');
  if (!readAt(fd.get(), 0, head)) return errno == 0 ? damaged("it is cut off") : unreadable(errno);
  if (!head.starts_with(kMagic)) return damaged("it does not begin as one");
  const FileKey key(blobsKey, instance, id, std::string_view(head).substr(kSaltAt, kSaltBytes));
  auto info = key.openHeader(std::string_view(head).substr(kHeaderAt));
  if (!info) return damaged(info.error().message);
  if (static_cast<std::uint64_t>(file.st_size) != fileBytesOf(info->size))
    return damaged("the file has another length than its content");
  info->instance = instance;
  info->id = id;
  return std::shared_ptr<const FileReader>(new FileReader(std::move(fd), key, std::move(*info)));
}

Result<void> FileReader::readChunk(std::uint64_t index, std::string& out) const {
  const bool last = index + 1 == chunksOf(info_.size);
  const auto size = last ? info_.size - index * kChunkBytes : kChunkBytes;
  std::string sealed(static_cast<std::size_t>(size) + kTagBytes, '\0');
  if (!readAt(fd_.get(), kChunksAt + index * (kChunkBytes + kTagBytes), sealed))
    return errno == 0 ? damaged("it is cut off") : unreadable(errno);
  if (!key_.openChunk(index, last, sealed, out))
    return damaged("chunk " + std::to_string(index) + " does not open");
  return {};
}

Result<std::string> FileReader::read(std::uint64_t offset, std::size_t size) const {
  std::string out;
  if (offset >= info_.size) return out;
  const auto end = offset + std::min<std::uint64_t>(size, info_.size - offset);
  std::string chunk;
  while (offset < end) {
    const auto index = offset / kChunkBytes;
    chunk.clear();
    if (auto read = readChunk(index, chunk); !read) return read.error();
    const auto from = static_cast<std::size_t>(offset - index * kChunkBytes);
    const auto part =
        static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size() - from, end - offset));
    out.append(chunk, from, part);
    offset += part;
  }
  return out;
}

Result<void> FileReader::check() const {
  crypto::Sha256 sum;
  std::string chunk;
  for (std::uint64_t index = 0; index < chunksOf(info_.size); ++index) {
    chunk.clear();
    if (auto read = readChunk(index, chunk); !read) return read;
    sum.add(chunk);
  }
  if (crypto::hex(sum.digest()) != info_.sha256) return damaged("its content has another digest");
  return {};
}

}  // namespace colibri::blobs::local
