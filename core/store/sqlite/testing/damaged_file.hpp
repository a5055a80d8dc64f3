#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "store/sqlite/big_endian.hpp"
#include "store/sqlite/pages.hpp"

/// For tests: the bytes of a database that nobody has open.
namespace colibri::store::sqlite::testing {

inline std::string bytesOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void setBytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Where the tree of a table begins.
inline std::uint32_t rootOf(const std::filesystem::path& file, const std::string& table) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::uint32_t root = 0;
  const auto take = [](void* into, int, char** values, char**) {
    *static_cast<std::uint32_t*>(into) = static_cast<std::uint32_t>(std::stoul(values[0]));
    return 0;
  };
  const auto sql = "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'";
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), take, &root, nullptr), SQLITE_OK);
  sqlite3_close(db);
  return root;
}

inline std::string pageOf(const std::string& bytes, std::uint32_t number) {
  return bytes.substr((number - 1) * Pages::kSize, Pages::kSize);
}

/// Nothing that was in the page can be read any more.
inline void wipe(const std::filesystem::path& file, std::uint32_t number) {
  auto bytes = bytesOf(file);
  bytes.replace((number - 1) * Pages::kSize, Pages::kSize, Pages::kSize, '\xff');
  setBytes(file, bytes);
}

inline bool isInner(const std::string& page) {
  return page.front() == 2 || page.front() == 5;
}
/// Of a page of a tree.
inline std::size_t cellsIn(const std::string& page) {
  return static_cast<std::size_t>(bigEndian(page, 3, 2));
}
/// A child of an inner page.
inline std::uint32_t childOf(const std::string& page, std::size_t place = 0) {
  return static_cast<std::uint32_t>(bigEndian(page, bigEndian(page, 12 + 2 * place, 2), 4));
}

}  // namespace colibri::store::sqlite::testing
