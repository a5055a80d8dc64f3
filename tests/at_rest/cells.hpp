#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "store/testing/redis_server.hpp"

namespace colibri::testing {

/// One value as it lies in a database.
struct Cell {
  std::string table, column, bytes;
};
/// All that a database holds, and the tables that hold nothing.
struct Cells {
  std::vector<Cell> cells;
  std::vector<std::string> emptyTables;
};

/// Every column of every table that there is, whatever their names. [Errors] fail the test.
Cells cellsOfSqlite(const std::filesystem::path& file);
/// The same in one schema of the program's server.
Cells cellsOfPostgres(const std::string& schema);
/// Every name and value in Redis.
Cells cellsOfRedis(const store::testing::RedisServer& server);

}  // namespace colibri::testing
