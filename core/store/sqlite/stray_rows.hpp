#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "store/sqlite/pages.hpp"
#include "store/sqlite/record.hpp"
#include "store/sqlite/table_walk.hpp"

namespace colibri::store::sqlite {

/// Rows found page by page, for those to which a damaged tree does not lead any more. A row belongs
/// to the table that has columns like its values and accepts it; who is accepted by none is not
/// heard of. Pages of the free list are left out: what was deleted stays deleted.
///
/// [Threading] confined to its connection's thread. [Errors] throws the engine's exceptions.
class StrayRows {
 public:
  /// `like` is an open database of this version, which says what our tables look like.
  explicit StrayRows(sqlite3* like);

  using OnRow = std::function<void(const Table& table, sqlite3_stmt* row)>;
  /// Every row of `pages`, also those to which a tree leads. [Blocking]
  void read(const Pages& pages, const Checker& by, const OnRow& onRow);

 private:
  using Prepared = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;
  struct Column {
    Value::Kind kind;
    bool isId;     ///< lies beside the record
    bool mayLack;  ///< may be null, or missing in a row that is older than it
  };
  /// A table as it lies there.
  struct Shape {
    const Table* table;
    std::vector<Column> columns;
    Prepared row;  ///< gives what is bound to it, in the order of Table::columns
    bool fits(std::span<const Value> kinds) const;
    bool give(std::int64_t id, std::span<const Value> values) const;
  };

  static Shape shapeOf(sqlite3* like, const Table& table);

  std::vector<Shape> shapes_;
};

}  // namespace colibri::store::sqlite
