#include "store/sqlite/stray_rows.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/assert.hpp"
#include "store/sqlite/page_cells.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {
namespace {

Value::Kind kindNamed(std::string_view type) {
  if (type == "INTEGER") return Value::Kind::integer;
  if (type == "TEXT") return Value::Kind::text;
  COLIBRI_ASSERT(type == "BLOB");
  return Value::Kind::blob;
}

int bind(sqlite3_stmt* row, int index, const Value& value) {
  switch (value.kind) {
    case Value::Kind::integer:
      return sqlite3_bind_int64(row, index, value.number);
    case Value::Kind::text:
      return sqlite3_bind_text64(row, index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC,
                                 SQLITE_UTF8);
    case Value::Kind::blob:
      return sqlite3_bind_blob64(row, index, value.bytes.data(), value.bytes.size(), SQLITE_STATIC);
    case Value::Kind::null:
      break;
  }
  return sqlite3_bind_null(row, index);
}

}  // namespace

StrayRows::StrayRows(sqlite3* like) {
  for (const auto& table : tables()) shapes_.push_back(shapeOf(like, table));
}

StrayRows::Shape StrayRows::shapeOf(sqlite3* like, const Table& table) {
  Shape shape{&table, {}, {nullptr, &sqlite3_finalize}};
  std::vector<std::string> names, values;
  Statement list(like, "SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info(?)");
  for (list.start(table.name); list.next();) {
    std::string name, type, otherwise;
    bool needed = false;
    list.read(name, type, needed, otherwise);
    shape.columns.push_back(
        {kindNamed(type), table.hasId && name == table.order, !needed || !otherwise.empty()});
    const auto parameter = "?" + std::to_string(shape.columns.size());
    values.push_back(otherwise.empty() ? parameter
                                       : "COALESCE(" + parameter + ", " + otherwise + ")");
    names.push_back(std::move(name));
  }
  std::string sql = "SELECT ";
  for (const auto name : namesOf(table.columns)) {
    const auto at = std::ranges::find(names, name);
    COLIBRI_ASSERT(at != names.end());
    sql += values[static_cast<std::size_t>(at - names.begin())] + ",";
  }
  sql.pop_back();
  sqlite3_stmt* row = nullptr;
  const int code = sqlite3_prepare_v2(like, sql.c_str(), -1, &row, nullptr);
  shape.row.reset(row);
  if (code != SQLITE_OK) Statement::fail(like, code);
  return shape;
}

bool StrayRows::Shape::fits(std::span<const Value> kinds) const {
  if (kinds.size() > columns.size()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto kind = i < kinds.size() ? kinds[i].kind : Value::Kind::null;
    const bool lacks = kind == Value::Kind::null;
    if (columns[i].isId ? !lacks : lacks ? !columns[i].mayLack : kind != columns[i].kind)
      return false;
  }
  return true;
}

bool StrayRows::Shape::give(std::int64_t id, std::span<const Value> values) const {
  auto* statement = row.get();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto index = static_cast<int>(i) + 1;
    const int code = columns[i].isId ? sqlite3_bind_int64(statement, index, id)
                                     : bind(statement, index, values[i]);
    if (code != SQLITE_OK) Statement::fail(sqlite3_db_handle(statement), code);
  }
  return sqlite3_step(statement) == SQLITE_ROW;
}

void StrayRows::read(const Pages& pages, const Checker& by, const OnRow& onRow) {
  const auto unused = pages.free();
  const auto fetch = [&pages](std::uint32_t number, std::string& into) {
    return pages.read(number, into);
  };
  std::string page, fault;
  for (std::uint32_t number = 2; number <= pages.count(); ++number) {
    if (unused.contains(number) || !pages.read(number, page)) continue;
    const auto tree = treeOf(page);
    for (const auto& cell : cellsOf(page)) {
      auto kinds = kindsOf(cell.here, cell.size);
      if (!kinds) continue;
      std::optional<std::string> record;
      for (const auto& shape : shapes_) {
        if (shape.table->hasId != (tree == Tree::byId) || !shape.fits(*kinds)) continue;
        if (!record) record = recordOf(cell, pages.count(), fetch);
        if (!record) break;
        if (!shape.give(cell.id, valuesOf(*record, *kinds))) continue;
        shape.table->check(shape.row.get(), by, fault);
        if (!fault.empty()) continue;
        onRow(*shape.table, shape.row.get());
        break;
      }
    }
  }
  for (const auto& shape : shapes_) sqlite3_reset(shape.row.get());
}

}  // namespace colibri::store::sqlite
