#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "store/sqlite/log_frames.hpp"

namespace colibri::store::sqlite {

/// The pages of a database as they lie in its file and its write-ahead log, for what SQLite cannot
/// reach any more. Nothing is written. A SQLite connection of the same process to the same file has
/// to end first: closing a file drops the locks of all of a process.
///
/// [Threading] confined to one thread. [Blocking]
class Pages {
 public:
  static constexpr std::size_t kSize = 4096;  ///< of all databases of ours

  /// [Errors] unavailable.
  static Result<Pages> open(const std::filesystem::path& database);

  std::uint32_t count() const noexcept { return count_; }
  /// The page of that number, from 1; false: there is none, or it cannot be read.
  bool read(std::uint32_t number, std::string& into) const;
  /// Pages that hold nothing any more. Where the list of them is damaged, those before that place.
  std::set<std::uint32_t> free() const;

 private:
  Pages(UniqueFd file, UniqueFd log);

  UniqueFd file_, log_;
  LogFrames frames_;
  std::uint32_t count_ = 0;
};

}  // namespace colibri::store::sqlite
