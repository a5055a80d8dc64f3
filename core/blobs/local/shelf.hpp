#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/unique_fd.hpp"
#include "blobs/blob_store.hpp"

namespace colibri::blobs::local {

/// What the store and the blobs in the making share: the folder, what lies in it, and whether more
/// may.
///
/// [Threading] any thread. [Blocking]
class Shelf {
 public:
  struct Options {
    std::string folder = {};
    std::uint64_t maxBytes = std::uint64_t{5} << 30;  ///< beyond it the oldest are dropped
    std::chrono::seconds keep{0};                     ///< older ones are dropped; 0 = for ever
    std::uint64_t floorBytes = 0;  ///< free disk below which none is written; 0 = no floor
    /// Bytes that the file system has for us; nothing = it does not say. None: it is not asked.
    std::function<std::optional<std::uint64_t>(const std::string& folder)> freeBytes = {};
  };
  Shelf(Options o, std::string key, const Clock& c)
      : options(std::move(o)), blobsKey(std::move(key)), clock(c) {}

  std::string folderOf(InstanceKey instance) const {
    return options.folder + "/" + std::to_string(instance);
  }
  /// The instance's folder, made if need be. [Errors] notFound: the instance is gone; unavailable.
  Result<void> makeFolder(InstanceKey instance);
  /// From now on no folder is made for it.
  void forbid(InstanceKey instance);

  /// The most that one blob may have: a larger one would drive out all others.
  std::uint64_t mostOfOne() const noexcept { return options.maxBytes / 4; }
  /// Counts bytes that lie there already.
  void adopt(std::uint64_t bytes) noexcept { bytes_ += bytes; }
  /// Counts bytes that are about to be written. [Errors] busy: there is no room for them.
  Result<void> take(std::uint64_t bytes);
  void giveBack(std::uint64_t bytes) noexcept { bytes_ -= bytes; }
  /// [Errors] busy: the disk has less than the floor.
  Result<void> checkFloor() const;
  /// What a failed call of the file system means.
  Error failure(int why) const;

  std::uint64_t bytes() const noexcept { return bytes_; }
  bool isOverfull() const noexcept { return bytes_ > options.maxBytes; }
  /// `call` runs whenever more lies here than should; short. Set before the first blob.
  void onOverfull(Function<void()> call) { overfull_ = std::move(call); }

  const Options options;
  const std::string blobsKey;
  const Clock& clock;
  std::atomic<std::uint64_t> blobs{0}, refused{0}, damaged{0};

 private:
  std::atomic<std::uint64_t> bytes_{0};  // of files, those in the making too
  Function<void()> overfull_;
  std::mutex mutex_;  // guards gone_, and the making of folders
  std::unordered_set<InstanceKey> gone_;
};

}  // namespace colibri::blobs::local
