#include "blobs/local/file_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/whole_file.hpp"

namespace colibri::blobs::local {
namespace {

constexpr std::uint64_t kLookAtDiskEvery = std::uint64_t{1} << 20;

Result<void> checkText(std::string_view text, std::size_t most, const char* what) {
  if (text.size() > most) {
    return Error{Errc::invalidArgument, std::string("the blob's ") + what + " is longer than " +
                                            std::to_string(most) + " bytes"};
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), control)) {
    return Error{Errc::invalidArgument,
                 std::string("the blob's ") + what + " has a control character"};
  }
  return {};
}

std::string newId() {
  return crypto::hex(randomBytes(kIdDigits / 2));
}

}  // namespace

Result<std::unique_ptr<FileWriter>> FileWriter::create(std::shared_ptr<Shelf> shelf, Spec spec) {
  if (auto fine = checkText(spec.name, kMostNameBytes, "name"); !fine) return fine.error();
  if (auto fine = checkText(spec.mediaType, kMostTypeBytes, "media type"); !fine)
    return fine.error();
  if (auto room = shelf->checkFloor(); !room) {
    ++shelf->refused;
    return room.error();
  }
  if (auto made = shelf->makeFolder(spec.instance); !made) return made.error();
  Info info;
  info.instance = spec.instance;
  info.id = newId();
  info.name = std::move(spec.name);
  info.mediaType = std::move(spec.mediaType);
  const auto salt = randomBytes(kSaltBytes);
  std::unique_ptr<FileWriter> writer(new FileWriter(std::move(shelf), std::move(info), salt));
  if (auto begun = writer->begin(salt); !begun) return begun.error();
  return writer;
}

FileWriter::FileWriter(std::shared_ptr<Shelf> shelf, Info info, std::string salt)
    : shelf_(std::move(shelf)),
      info_(std::move(info)),
      key_(shelf_->blobsKey, info_.instance, info_.id, salt),
      path_(shelf_->folderOf(info_.instance) + "/" + info_.id) {}

FileWriter::~FileWriter() {
  abandon();
}

Result<void> FileWriter::begin(const std::string& salt) {
  const auto part = path_ + kUnfinished;
  fd_ = UniqueFd(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_ && errno == ENOENT) return fail({Errc::notFound, "the instance is gone"});
  there_ = static_cast<bool>(fd_);
  if (!fd_ || ::fchmod(fd_.get(), 0600) != 0) return fail(shelf_->failure(errno));
  if (auto room = shelf_->take(kChunksAt); !room) return fail(room.error());
  taken_ = kChunksAt;
  return put(std::string(kMagic) + salt, 0);
}

Result<void> FileWriter::setMediaType(std::string mediaType) {
  if (auto fine = checkText(mediaType, kMostTypeBytes, "media type"); !fine) return fine;
  info_.mediaType = std::move(mediaType);
  return {};
}

Result<void> FileWriter::write(std::string_view bytes) {
  if (failed_) return *failed_;
  if (bytes.size() > std::min(kMostBytes, shelf_->mostOfOne()) - info_.size)
    return fail({Errc::invalidArgument, "the blob is larger than a quarter of blobs.max_bytes"});
  sum_.add(bytes);
  info_.size += bytes.size();
  while (!bytes.empty()) {
    // A full chunk waits until more comes, for it may be the last one.
    if (chunk_.size() == kChunkBytes)
      if (auto flushed = flush(false); !flushed) return flushed;
    const auto part = std::min(bytes.size(), kChunkBytes - chunk_.size());
    chunk_.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
  }
  return {};
}

Result<void> FileWriter::flush(bool last) {
  sealed_.clear();
  key_.sealChunk(chunks_, last, chunk_, sealed_);
  if (auto room = shelf_->take(sealed_.size()); !room) return fail(room.error());
  taken_ += sealed_.size();
  if (taken_ - asked_ >= kLookAtDiskEvery) {
    asked_ = taken_;
    if (auto room = shelf_->checkFloor(); !room) {
      ++shelf_->refused;
      return fail(room.error());
    }
  }
  if (auto done = put(sealed_, kChunksAt + chunks_ * (kChunkBytes + kTagBytes)); !done) return done;
  ++chunks_;
  chunk_.clear();
  return {};
}

Result<void> FileWriter::put(std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto done = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return fail(shelf_->failure(done == 0 ? ENOSPC : errno));
    bytes.remove_prefix(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

Result<Info> FileWriter::commit() {
  if (failed_) return *failed_;
  if (auto flushed = flush(true); !flushed) return flushed.error();
  if (auto finished = finish(); !finished) return finished.error();
  failed_ = Error{Errc::conflict, "the blob is finished"};
  taken_ = 0;  // they are the file's now
  return info_;
}

Result<void> FileWriter::finish() {
  info_.sha256 = crypto::hex(sum_.digest());
  info_.createdAtUs = shelf_->clock.nowUs();
  if (auto done = put(key_.sealHeader(info_), kHeaderAt); !done) return done;
  // By it the file's age is known without opening it.
  const timespec stamp{info_.createdAtUs / 1'000'000, info_.createdAtUs % 1'000'000 * 1'000};
  const timespec stamps[] = {stamp, stamp};
  if (::futimens(fd_.get(), stamps) != 0 || ::fsync(fd_.get()) != 0)
    return fail(shelf_->failure(errno));
  ++shelf_->blobs;
  if (::rename((path_ + kUnfinished).c_str(), path_.c_str()) != 0) {
    --shelf_->blobs;
    return fail(errno == ENOENT ? Error{Errc::notFound, "the instance is gone"}
                                : shelf_->failure(errno));
  }
  there_ = false;
  if (syncFolderOf(path_)) return {};
  const int why = errno;
  if (::unlink(path_.c_str()) == 0)  // nobody is told of it
    --shelf_->blobs;
  else
    taken_ = 0;  // somebody else has removed it, and given them back
  return fail(shelf_->failure(why));
}

Error FileWriter::fail(Error why) {
  failed_ = std::move(why);
  abandon();
  return *failed_;
}

/// After commit() it finds nothing to do.
void FileWriter::abandon() noexcept {
  if (there_) ::unlink((path_ + kUnfinished).c_str());
  shelf_->giveBack(std::exchange(taken_, 0));
  there_ = false;
  fd_ = UniqueFd();
}

}  // namespace colibri::blobs::local
