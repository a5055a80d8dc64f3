#include "blobs/local/local_store.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <tuple>
#include <vector>

#include "base/trusted_path.hpp"
#include "base/whole_file.hpp"
#include "blobs/local/file_reader.hpp"
#include "blobs/local/file_writer.hpp"
#include "blobs/local/folder_walk.hpp"
#include "log/log.hpp"

namespace colibri::blobs::local {
namespace {

/// Counts what a read finds damaged.
class CountingReader final : public Reader {
 public:
  CountingReader(std::shared_ptr<const FileReader> file, std::shared_ptr<Shelf> shelf)
      : file_(std::move(file)), shelf_(std::move(shelf)) {}
  const Info& info() const noexcept override { return file_->info(); }
  Result<std::string> read(std::uint64_t offset, std::size_t size) const override;

 private:
  const std::shared_ptr<const FileReader> file_;
  const std::shared_ptr<Shelf> shelf_;
};

void noteDamage(Shelf& shelf, InstanceKey instance, const Error& why) {
  if (why.code != Errc::rejected) return;
  ++shelf.damaged;
  log::write(log::Level::error, "blobs", "a blob is damaged; it is kept and not served",
             {{"instance", instance}, {"why", why.message}});
}

Result<std::string> CountingReader::read(std::uint64_t offset, std::size_t size) const {
  auto read = file_->read(offset, size);
  if (!read) noteDamage(*shelf_, info().instance, read.error());
  return read;
}

}  // namespace

Result<std::unique_ptr<LocalStore>> LocalStore::open(Options options, const crypto::Sealer& sealer,
                                                     const Clock& clock) {
  auto shelf = std::make_shared<Shelf>(std::move(options), sealer.derive(kPurpose), clock);
  std::unique_ptr<LocalStore> store(new LocalStore(std::move(shelf)));
  if (auto begun = store->begin(); !begun) return begun.error();
  return store;
}

LocalStore::~LocalStore() = default;

Result<void> LocalStore::begin() {
  const auto& folder = shelf_->options.folder;
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{Errc::unavailable, "the folder of blobs " + folder + " cannot be created: " +
                                        std::error_code(errno, std::generic_category()).message()};
  }
  if (auto safe = checkUnwritable(folder); !safe)
    return Error{safe.error().code, "the folder of blobs " + safe.error().message};
  std::uint64_t unfinished = 0;
  auto walked = walk(folder, [&](const Found& found) {
    if (found.unfinished) {
      ++unfinished;
      ::unlink(found.path.c_str());
      return;
    }
    shelf_->adopt(found.bytes);
    ++shelf_->blobs;
  });
  if (unfinished != 0) {
    log::write(log::Level::info, "blobs", "removed what an earlier run did not finish",
               {{"blobs", unfinished}});
  }
  return walked;
}

Result<std::unique_ptr<Writer>> LocalStore::create(Spec spec) {
  auto writer = FileWriter::create(shelf_, std::move(spec));
  if (!writer) return writer.error();
  return std::unique_ptr<Writer>(std::move(*writer));
}

Result<ReaderPtr> LocalStore::open(InstanceKey instance, std::string_view id) {
  if (!isId(id)) return Error{Errc::notFound, "there is no such blob"};
  auto file = FileReader::open(shelf_->folderOf(instance) + "/" + std::string(id), shelf_->blobsKey,
                               instance, id);
  if (file) return ReaderPtr(std::make_shared<CountingReader>(std::move(*file), shelf_));
  noteDamage(*shelf_, instance, file.error());
  return file.error();
}

/// True if it was this call that removed it.
bool LocalStore::unlink(const std::string& path) {
  struct stat file {};
  const bool known = ::lstat(path.c_str(), &file) == 0;
  if (::unlink(path.c_str()) != 0) return false;
  if (!known) return true;
  shelf_->giveBack(static_cast<std::uint64_t>(file.st_size));
  --shelf_->blobs;
  return true;
}

Result<void> LocalStore::remove(InstanceKey instance, std::string_view id) {
  const Error unknown{Errc::notFound, "there is no such blob"};
  if (!isId(id)) return unknown;
  const auto path = shelf_->folderOf(instance) + "/" + std::string(id);
  if (unlink(path)) return {};
  return errno == ENOENT ? unknown : shelf_->failure(errno);
}

Result<void> LocalStore::removeInstance(InstanceKey instance) {
  shelf_->forbid(instance);
  const auto folder = shelf_->folderOf(instance);
  // Again if one was finished meanwhile; none is begun any more.
  while (::rmdir(folder.c_str()) != 0 && errno != ENOENT) {
    if (errno != ENOTEMPTY && errno != EEXIST) return shelf_->failure(errno);
    bool some = false;
    auto walked = walkInstance(shelf_->options.folder, instance, [&](const Found& found) {
      // The bytes of one in the making are its writer's to give back.
      some = (found.unfinished ? ::unlink(found.path.c_str()) == 0 : unlink(found.path)) || some;
    });
    if (!walked) return walked;
    if (!some) return Error{Errc::unavailable, "the folder " + folder + " is not ours alone"};
  }
  if (!syncFolderOf(folder)) return shelf_->failure(errno);
  return {};
}

void LocalStore::sweep() {
  const auto keep = shelf_->options.keep;
  if (keep.count() != 0) {
    const auto before = shelf_->clock.stampsOlderThan(keep);
    ignore(walk(shelf_->options.folder,
                [&](const Found& found) {
                  if (!found.unfinished && found.stampUs < before && unlink(found.path))
                    ++droppedByAge_;
                }),
           "the next sweep comes");
  }
  if (shelf_->isOverfull()) dropOldest();
}

void LocalStore::dropOldest() {
  std::vector<std::tuple<std::int64_t, std::string>> all;
  ignore(walk(shelf_->options.folder,
              [&](const Found& found) {
                if (!found.unfinished) all.emplace_back(found.stampUs, found.path);
              }),
         "what was found is swept");
  std::ranges::sort(all);
  std::uint64_t dropped = 0;
  for (const auto& [stamp, path] : all) {
    if (!shelf_->isOverfull()) break;
    if (unlink(path)) ++dropped;
  }
  droppedForRoom_ += dropped;
  if (dropped == 0) return;
  log::write(log::Level::warn, "blobs", "the oldest blobs were dropped, there were too many bytes",
             {{"blobs", dropped}, {"max_bytes", shelf_->options.maxBytes}});
}

LocalStore::Counters LocalStore::counters() const noexcept {
  return {shelf_->bytes(), shelf_->blobs,   droppedByAge_,
          droppedForRoom_, shelf_->refused, shelf_->damaged};
}

}  // namespace colibri::blobs::local
