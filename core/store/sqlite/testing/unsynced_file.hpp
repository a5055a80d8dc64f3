#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"

namespace colibri::store::sqlite {

/// For tests: a file as its programs see it, and beside it what of it would survive a power
/// failure.
///
/// The disk holds what was synced and nothing else; writes since then are here, in memory. A power
/// failure lets some of them reach the disk after all, as a real one does: each sector of 512 bytes
/// is left in one of the states that it had since the last sync, whatever its neighbours have.
///
/// [Threading] confined. [Blocking] [Errors] asserts: a test has no use for a disk that fails
/// twice.
class UnsyncedFile {
 public:
  /// Opens the file, or makes it. Its descriptor stays open for as long as this object lives,
  /// because closing it would end the process's locks on the file.
  explicit UnsyncedFile(std::filesystem::path path);

  /// At most `size` bytes from `offset` on; fewer at the end.
  std::string_view read(std::uint64_t offset, std::size_t size) const;
  std::uint64_t size() const noexcept { return seen_.size(); }
  /// Whether the file was removed; content and name come back with create().
  bool gone() const noexcept { return gone_; }

  void write(std::uint64_t offset, std::string_view data);
  void truncate(std::uint64_t size);
  void create() { gone_ = false; }
  /// Removes the file: for good, or (unless `durably`) until the power fails.
  void remove(bool durably);
  void sync();

  /// What the power failure leaves on the disk.
  void losePower(std::mt19937& random);

 private:
  /// A write, or (without data) the truncation to `offset` bytes.
  struct Change {
    std::uint64_t offset;
    std::string data;
  };
  std::pair<std::map<std::uint64_t, std::size_t>, std::size_t> countStates() const;
  static std::vector<Change> bySector(const Change& change);
  /// Makes the change on the disk.
  void land(const Change& change);

  const std::filesystem::path path_;
  UniqueFd disk_;
  std::string seen_;
  std::vector<Change> changes_;  ///< since the last sync, oldest first
  bool gone_ = false;
  bool isNew_ = false;  ///< its name in the folder is not synced either
};

}  // namespace colibri::store::sqlite
