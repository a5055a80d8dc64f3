#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace colibri::store::sqlite {

/// What a write-ahead log holds of committed pages (sqlite.org/fileformat2.html, 4).
struct LogFrames {
  std::map<std::uint32_t, std::int64_t> pages;  ///< where each one's last bytes begin
  std::uint32_t pageCount = 0;                  ///< of the database with them; 0: there are none
};

/// The frames up to the last commit before anything damaged, as SQLite itself takes them. `fd` may
/// be -1: no log. [Blocking] reads it once.
LogFrames committedFrames(int fd, std::size_t pageSize);

}  // namespace colibri::store::sqlite
