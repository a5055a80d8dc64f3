#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/table_walk.hpp"

namespace colibri::store::sqlite {

/// Sound rows on their way into a new database.
///
/// [Threading] confined to its connection's thread. [Blocking] [Errors] throws the engine's
/// exceptions. [Ownership] `to` outlives it.
class RowCopy {
 public:
  explicit RowCopy(Connection& to);
  /// False: it is there already; a row that comes twice is one row, as it came first. Another that
  /// has its id gets a new one.
  bool add(const Table& table, sqlite3_stmt* row);
  /// Commits; the last call.
  void finish();

 private:
  struct Inserts {
    Inserts(sqlite3* db, const Table& table);
    Statement asItIs;
    std::unique_ptr<Statement> underNewId;  // null: the table's key is all that tells rows apart
  };

  Connection& to_;
  Statement begin_, commit_;
  std::map<std::string_view, std::unique_ptr<Inserts>> inserts_;
  std::uint64_t rows_ = 0;
};

}  // namespace colibri::store::sqlite
