#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "blobs/blob_store.hpp"
#include "blobs/local/local_store.hpp"

namespace colibri::blobs::testing {

/// For tests: a store in a folder of its own, removed at the end.
///
/// [Threading] as LocalStore.
class TemporaryStore {
 public:
  static constexpr std::uint64_t kRoom = std::uint64_t{1} << 30;

  TemporaryStore() {
    auto pattern = (std::filesystem::temp_directory_path() / "blobs-test-XXXXXX").string();
    COLIBRI_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    open({.maxBytes = kRoom});
  }
  ~TemporaryStore() {
    store_.reset();
    std::filesystem::remove_all(root_);
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;

  /// Anew, as after a restart. The folder is filled in.
  void open(local::LocalStore::Options options) {
    store_.reset();
    options.folder = folder();
    auto opened = local::LocalStore::open(std::move(options), sealer, clock);
    COLIBRI_ASSERT(opened);
    store_ = std::move(*opened);
  }
  local::LocalStore& operator*() { return *store_; }
  local::LocalStore* operator->() { return store_.get(); }

  std::string folder() const { return (root_ / "blobs").string(); }
  std::string fileOf(const Info& info) const {
    return folder() + "/" + std::to_string(info.instance) + "/" + info.id;
  }
  /// Everything that lies below the folder, as relative paths.
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
      count += entry.is_regular_file();
    return count;
  }

  ManualClock clock;
  const crypto::Sealer sealer{std::string(32, 'k')};

 private:
  std::filesystem::path root_;
  std::unique_ptr<local::LocalStore> store_;
};

/// A committed blob. [Errors] asserts.
inline Info put(BlobStore& store, std::string_view bytes, Spec spec = {1, "a name", "text/plain"}) {
  auto writer = store.create(std::move(spec));
  COLIBRI_ASSERT(writer && (*writer)->write(bytes));
  auto info = (*writer)->commit();
  COLIBRI_ASSERT(info);
  return *info;
}
/// The whole content, or the error.
inline Result<std::string> get(BlobStore& store, const Info& info) {
  const auto reader = store.open(info.instance, info.id);
  if (!reader) return reader.error();
  return (*reader)->read(0, static_cast<std::size_t>((*reader)->info().size));
}

/// Bytes that differ everywhere, and are the same for one seed.
inline std::string noise(std::size_t size, unsigned seed = 1) {
  std::string bytes(size, '\0');
  std::uint64_t state = seed;
  for (auto& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

inline std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void writeFile(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace colibri::blobs::testing
