#include "app/hand_over.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <system_error>

#include "app/data_folder.hpp"
#include "app/storage.hpp"
#include "base/unique_fd.hpp"

namespace colibri::app {
namespace {

namespace fs = std::filesystem;
using IsOurs = std::function<bool(const std::string& name)>;

Error failed(const fs::path& path) {
  return {Errc::unavailable, path.string() + ": " + std::generic_category().message(errno)};
}

/// The thing itself, whatever its name leads to by the time it changes hands.
struct Held {
  UniqueFd fd;
  struct stat info {};
};

Result<Held> hold(const fs::path& path) {
  Held held{UniqueFd(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC))};
  if (!held.fd || ::fstat(held.fd.get(), &held.info) != 0) return failed(path);
  return held;
}

Result<void> give(const Held& held, const fs::path& path, const User& user) {
  if (::fchownat(held.fd.get(), "", user.uid, user.gid, AT_EMPTY_PATH) == 0) return {};
  return Error{Errc::unavailable, path.string() + " cannot be given to the user " + user.name +
                                      ": " + std::generic_category().message(errno)};
}

Result<void> giveFile(const fs::path& path, const User& user) {
  const auto held = hold(path);
  if (!held) return errno == ENOENT ? Result<void>() : held.error();
  const auto& info = held->info;
  if (!S_ISREG(info.st_mode) || info.st_uid != 0 || info.st_nlink != 1) return {};
  return give(*held, path, user);
}

bool isFolder(const fs::path& path) {
  return fs::is_directory(fs::symlink_status(path));
}

/// What of a folder is somebody else's, if anything. A folder of blobs in it is ours.
std::optional<fs::path> strangerIn(const fs::path& folder, const fs::path& kept,
                                   const IsOurs& isOurs) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const bool ours = entry.is_regular_file() && !entry.is_symlink() &&
                      (isOurs(entry.path().filename()) || entry.path() == kept);
    const bool blobs = entry.path().filename() == kBlobFolder && isFolder(entry.path());
    if (!ours && !blobs) return entry.path();
  }
  return std::nullopt;
}

Result<void> giveFolder(const fs::path& folder, const fs::path& kept, const User& user,
                        const IsOurs& isOurs) {
  const auto held = hold(folder);
  if (!held) return held.error();
  if (held->info.st_uid == 0) {
    if (const auto stranger = strangerIn(folder, kept, isOurs)) {
      return Error{Errc::forbidden, folder.string() + " is root's, and is not given to the user " +
                                        user.name + " because it holds " + stranger->string() +
                                        ": move that, or do it by hand: chown " + user.name + " " +
                                        folder.string()};
    }
    if (auto given = give(*held, folder, user); !given) return given;
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!isOurs(entry.path().filename()) || entry.path() == kept) continue;
    if (auto given = giveFile(entry.path(), user); !given) return given;
  }
  return {};
}

/// A folder per instance, with files.
Result<void> giveBlobs(const fs::path& folder, const User& user) {
  if (!isFolder(folder)) return {};
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!isFolder(entry.path())) continue;
    if (auto given = giveFolder(entry.path(), {}, user, [](const auto&) { return true; }); !given)
      return given;
  }
  const auto held = hold(folder);
  if (!held) return held.error();
  return held->info.st_uid == 0 ? give(*held, folder, user) : Result<void>();
}

}  // namespace

Result<void> handOver(const config::Settings& settings, const std::string& configFile,
                      const User& user) try {
  if (auto folder = openDataFolder(settings.dataDir); !folder) return folder;
  std::error_code none;
  const auto kept = fs::canonical(configFile, none);
  const auto data = fs::canonical(settings.dataDir);
  if (auto given = giveFolder(data, kept, user, [](const auto&) { return true; }); !given)
    return given;
  if (auto given = giveBlobs(data / kBlobFolder, user); !given) return given;
  const fs::path database(settings.database.path);
  if (const auto folder = fs::weakly_canonical(database.parent_path());
      settings.database.provider == "sqlite" && folder != data && fs::exists(folder)) {
    const auto name = database.filename().string();
    auto given = giveFolder(folder, kept, user,
                            [&](const std::string& file) { return file.starts_with(name); });
    if (!given) return given;
  }
  for (const auto& file : {settings.masterKeyFile, settings.log.file}) {
    if (file.empty()) continue;
    if (auto given = giveFile(file, user); !given) return given;
  }
  return {};
} catch (const fs::filesystem_error& error) {
  return Error{Errc::unavailable, error.what()};
}

}  // namespace colibri::app
