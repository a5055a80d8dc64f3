#include "store/sqlite/database_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace colibri::store::sqlite {
namespace {

Error failed(const std::string& what, const std::filesystem::path& path) {
  return {Errc::unavailable, what + " " + path.string() + ": " +
                                 std::error_code(errno, std::generic_category()).message()};
}

/// The file, made if need be, with no rights for group and others.
Result<UniqueFd> openPrivate(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return failed("cannot open", path);
  if (::fchmod(fd.get(), 0600) != 0) return failed("cannot restrict the rights of", path);
  return fd;
}

Result<UniqueFd> lock(const std::filesystem::path& database) {
  const std::filesystem::path path = database.string() + ".lock";
  auto fd = openPrivate(path);
  if (!fd) return fd;
  if (::flock(fd->get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return failed("cannot lock", path);
  return Error{Errc::conflict, "the database " + database.string() +
                                   " is in use by another process; stop that one first"};
}

}  // namespace

Result<DatabaseFile> DatabaseFile::claim(std::filesystem::path path) {
  auto held = lock(path);
  if (!held) return held.error();
  return DatabaseFile(std::move(path), std::move(*held));
}

Result<void> DatabaseFile::makePrivate() const {
  // SQLite gives its companion files the rights of the database file, so that one has to be right
  // first.
  if (auto file = openPrivate(path_); !file) return file.error();
  for (const auto* companion : {"-wal", "-shm"}) {
    const auto name = path_.string() + companion;
    if (::chmod(name.c_str(), 0600) != 0 && errno != ENOENT) {
      return failed("cannot restrict the rights of", name);
    }
  }
  return {};
}

}  // namespace colibri::store::sqlite
