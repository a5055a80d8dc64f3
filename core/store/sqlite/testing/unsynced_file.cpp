#include "store/sqlite/testing/unsynced_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.hpp"
#include "store/testing/power_luck.hpp"

namespace colibri::store::sqlite {
namespace {

constexpr std::uint64_t kSector = testing::PowerLuck::kSector;

}  // namespace

UnsyncedFile::UnsyncedFile(std::filesystem::path path)
    : path_(std::move(path)), isNew_(!std::filesystem::exists(path_)) {
  disk_ = UniqueFd(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  COLIBRI_ASSERT(bool(disk_));
  seen_.resize(std::filesystem::file_size(path_));
  const auto got = ::pread(disk_.get(), seen_.data(), seen_.size(), 0);
  COLIBRI_ASSERT(got == static_cast<ssize_t>(seen_.size()));
}

std::string_view UnsyncedFile::read(std::uint64_t offset, std::size_t size) const {
  if (offset >= seen_.size()) return {};
  return std::string_view(seen_).substr(offset, size);
}

void UnsyncedFile::write(std::uint64_t offset, std::string_view data) {
  if (data.empty()) return;
  seen_.resize(std::max<std::uint64_t>(seen_.size(), offset + data.size()), '\0');
  seen_.replace(offset, data.size(), data);
  changes_.push_back({offset, std::string(data)});
}

void UnsyncedFile::truncate(std::uint64_t size) {
  seen_.resize(size, '\0');
  changes_.push_back({size, {}});
}

void UnsyncedFile::remove(bool durably) {
  truncate(0);
  gone_ = true;
  if (!durably) return;
  sync();
  COLIBRI_ASSERT(::unlink(path_.c_str()) == 0);
}

void UnsyncedFile::sync() {
  for (const auto& change : changes_) land(change);
  changes_.clear();
  isNew_ = false;
}

void UnsyncedFile::losePower(std::mt19937& random) {
  testing::PowerLuck luck(random);
  if (luck.nothing()) {
    if (isNew_) ::unlink(path_.c_str());
    return;
  }
  auto [sectors, truncations] = countStates();
  for (auto& [sector, count] : sectors) count = luck.reached(count);
  truncations = luck.reached(truncations);
  for (const auto& change : changes_) {
    if (change.data.empty()) {
      if (truncations > 0) land(change), --truncations;
      continue;
    }
    for (const auto& piece : bySector(change)) {
      auto& left = sectors[piece.offset / kSector];
      if (left > 0) land(piece), --left;
    }
  }
  if (gone_ && random() % 2 == 0) ::unlink(path_.c_str());
}

/// The states that each changed sector had, and the sizes that the file was cut to, since the last
/// sync. Which of them reached the disk is a matter of luck, but always the first ones.
std::pair<std::map<std::uint64_t, std::size_t>, std::size_t> UnsyncedFile::countStates() const {
  std::map<std::uint64_t, std::size_t> sectors;
  std::size_t truncations = 0;
  for (const auto& change : changes_) {
    if (change.data.empty()) ++truncations;
    for (const auto& piece : bySector(change)) ++sectors[piece.offset / kSector];
  }
  return {std::move(sectors), truncations};
}

std::vector<UnsyncedFile::Change> UnsyncedFile::bySector(const Change& change) {
  std::vector<Change> pieces;
  for (std::size_t from = 0; from < change.data.size();) {
    const auto at = change.offset + from;
    pieces.push_back({at, change.data.substr(from, kSector - at % kSector)});
    from += pieces.back().data.size();
  }
  return pieces;
}

void UnsyncedFile::land(const Change& change) {
  const auto& [offset, data] = change;
  const auto at = static_cast<off_t>(offset);
  if (data.empty())
    COLIBRI_ASSERT(::ftruncate(disk_.get(), at) == 0);
  else
    COLIBRI_ASSERT(::pwrite(disk_.get(), data.data(), data.size(), at) ==
                   static_cast<ssize_t>(data.size()));
}

}  // namespace colibri::store::sqlite
