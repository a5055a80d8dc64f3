#include "store/postgres/testing/power_failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/unique_fd.hpp"
#include "store/testing/power_luck.hpp"

namespace colibri::store::postgres {
namespace {

using testing::PowerLuck;

/// One write of the server, and what was there before; see unsynced_preload.c.
struct Write {
  std::uint64_t offset, written;  ///< 0 written: the file was cut at `offset`
  std::string before;
  std::uint64_t size;  ///< of the file, before
};

std::vector<Write> readLog(const std::filesystem::path& log) {
  std::ifstream in(log, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::vector<Write> writes;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t record[4];
    if (bytes.size() - at < sizeof record) break;  // the server ended while it was writing here
    std::memcpy(record, bytes.data() + at, sizeof record);
    at += sizeof record;
    if (bytes.size() - at < record[2]) break;
    writes.push_back({record[0], record[1], bytes.substr(at, record[2]), record[3]});
    at += record[2];
  }
  return writes;
}

/// What a write overwrote, by sector.
template <class Visit>
void eachPiece(const Write& write, Visit visit) {
  const std::string_view before = write.before;
  for (std::size_t from = 0; from < before.size();) {
    const auto at = write.offset + from;
    const auto piece = before.substr(from, PowerLuck::kSector - at % PowerLuck::kSector);
    visit(at / PowerLuck::kSector, at, piece);
    from += piece.size();
  }
}

void takeBack(const std::filesystem::path& file, const std::vector<Write>& writes,
              std::mt19937& random) {
  PowerLuck luck(random);
  // The sizes that the file has had, and for each sector how many of its writes are to be undone.
  std::vector<std::uint64_t> sizes;
  std::map<std::uint64_t, std::size_t> undone;
  for (const auto& write : writes) {
    sizes.push_back(write.size);
    eachPiece(write, [&](auto sector, auto, auto) { ++undone[sector]; });
  }
  sizes.push_back(std::filesystem::file_size(file));
  for (auto& [sector, count] : undone) count -= luck.reached(count);
  const auto size = sizes[luck.reached(sizes.size() - 1)];
  const UniqueFd disk(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  COLIBRI_ASSERT(bool(disk));
  for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
    eachPiece(*write, [&](auto sector, auto at, std::string_view piece) {
      if (undone[sector] == 0) return;
      --undone[sector];
      COLIBRI_ASSERT(::pwrite(disk.get(), piece.data(), piece.size(), static_cast<off_t>(at)) ==
                     static_cast<ssize_t>(piece.size()));
    });
  }
  COLIBRI_ASSERT(::ftruncate(disk.get(), static_cast<off_t>(size)) == 0);
}

}  // namespace

void losePower(const std::filesystem::path& unsynced, const std::filesystem::path& data,
               std::mt19937& random) {
  std::map<std::string, std::filesystem::path> files;  // by inode; in an order that a seed repeats
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    struct stat info {};
    if (entry.is_regular_file() && ::stat(entry.path().c_str(), &info) == 0)
      files[std::to_string(info.st_ino)] = entry.path();
  }
  for (const auto& log : std::filesystem::directory_iterator(unsynced)) {
    const auto file = files.find(log.path().filename());
    const auto writes = readLog(log.path());
    if (file != files.end() && !writes.empty()) takeBack(file->second, writes, random);
    std::filesystem::remove(log.path());
  }
}

}  // namespace colibri::store::postgres
