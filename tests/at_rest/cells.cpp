#include "cells.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>

#include "store/postgres/connection.hpp"
#include "store/postgres/testing/server.hpp"

namespace colibri::testing {
namespace {

namespace pg = store::postgres;
namespace redis = store::redis;

using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

Statement prepared(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  return {statement, &sqlite3_finalize};
}

std::string columnOf(sqlite3_stmt* row, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
  return bytes != nullptr ? std::string(bytes, size) : std::string();
}

void read(sqlite3* db, const std::string& table, Cells& all) {
  const auto rows = prepared(db, "SELECT * FROM \"" + table + "\"");
  bool any = false;
  for (; sqlite3_step(rows.get()) == SQLITE_ROW; any = true) {
    for (int column = 0; column < sqlite3_column_count(rows.get()); ++column) {
      all.cells.push_back(
          {table, sqlite3_column_name(rows.get(), column), columnOf(rows.get(), column)});
    }
  }
  if (!any) all.emptyTables.push_back(table);
}

void read(pg::Connection& connection, const std::string& table, Cells& all) {
  const auto rows = connection.runOnce("SELECT * FROM " + connection.quoted(table));
  const auto* result = rows.get();
  for (int row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < PQnfields(result); ++column) {
      const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
      all.cells.push_back(
          {table, PQfname(result, column), std::string(PQgetvalue(result, row, column), size)});
    }
  }
  if (rows.size() == 0) all.emptyTables.push_back(table);
}

}  // namespace

Cells cellsOfSqlite(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db(handle, &sqlite3_close);
  std::vector<std::string> tables;
  {
    const auto names = prepared(db.get(), "SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (sqlite3_step(names.get()) == SQLITE_ROW) tables.push_back(columnOf(names.get(), 0));
  }
  Cells all;
  for (const auto& table : tables) read(db.get(), table, all);
  return all;
}

Cells cellsOfPostgres(const std::string& schema) {
  pg::Connection connection(pg::Target::parse(pg::Server::shared().uri("")).value(),
                            pg::Connection::Use::read);
  connection.runOnce("SET search_path TO " + connection.quoted(schema));
  const auto names = connection.runOnce(
      "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()");
  Cells all;
  for (int row = 0; row < names.size(); ++row) {
    std::string table;
    names.read(row, table);
    read(connection, table, all);
  }
  return all;
}

Cells cellsOfRedis(const store::testing::RedisServer& server) {
  Cells all;
  for (const auto& key : server.keys()) {
    all.cells.push_back({key, "name", key});
    const auto type = redis::textIn(server.ask({"TYPE", key})).value_or("");
    EXPECT_TRUE(type == "hash" || type == "zset") << type << ": teach this test to read it";
    const auto values =
        type == "hash" ? server.ask({"HGETALL", key}) : server.ask({"ZRANGE", key, "0", "-1"});
    for (const auto& value : redis::listIn(values))
      all.cells.push_back({key, type, redis::textIn(value).value_or("")});
  }
  if (all.cells.empty()) all.emptyTables.emplace_back("Redis");
  return all;
}

}  // namespace colibri::testing
