#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace colibri::store::sqlite {

/// The database's files: readable by their owner only, and used by one process at a time.
///
/// The lock is an open file beside the database ("<file>.lock"), held as long as this object lives
/// and dropped by the kernel when the process dies.
///
/// [Threading] immutable. [Errors] conflict: somebody else has it; unavailable: the folder or a
/// file cannot be made or opened.
class DatabaseFile {
 public:
  static Result<DatabaseFile> claim(std::filesystem::path path);
  /// Makes the database file if there is none, and takes others' rights to it and its companions.
  Result<void> makePrivate() const;
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  DatabaseFile(std::filesystem::path path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace colibri::store::sqlite
