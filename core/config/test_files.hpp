#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace colibri::config {

/// A folder of its own for one test, gone after it.
class TestFolder {
 public:
  TestFolder() { std::filesystem::create_directory(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }

  std::string path() const { return path_; }
  std::string write(std::string_view name, std::string_view text) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << text;
    std::filesystem::permissions(file, std::filesystem::perms(0600));  // it may hold a key
    return file;
  }
  static std::string read(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("config-" + newUuid());
};

}  // namespace colibri::config
