#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "base/assert.hpp"

namespace colibri::store::sqlite {

/// For tests: a folder of its own, removed at the end, and the path of a database in it.
class TemporaryDatabase {
 public:
  TemporaryDatabase() {
    auto pattern = (std::filesystem::temp_directory_path() / "store-test-XXXXXX").string();
    COLIBRI_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~TemporaryDatabase() { std::filesystem::remove_all(folder_); }
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;

  std::filesystem::path path() const { return folder_ / "colibri.db"; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace colibri::store::sqlite
