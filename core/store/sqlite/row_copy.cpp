#include "store/sqlite/row_copy.hpp"

#include <string>

namespace colibri::store::sqlite {
namespace {

constexpr std::uint64_t kRowsPerCommit = 10'000;

std::string insertInto(const Table& table) {
  std::string places;
  for (const char c : table.columns)
    if (c == ',') places += "?,";
  return "INSERT OR IGNORE INTO " + std::string(table.name) + "(" + std::string(table.columns) +
         ") VALUES(" + places + "?)";
}

}  // namespace

RowCopy::RowCopy(Connection& to)
    : to_(to), begin_(to.handle(), "BEGIN"), commit_(to.handle(), "COMMIT") {
  begin_.run();
}

bool RowCopy::add(const Table& table, sqlite3_stmt* row) {
  auto& insert = inserts_[table.name];
  if (!insert) insert = std::make_unique<Statement>(to_.handle(), insertInto(table));
  const bool isNew = insert->copyFrom(row) != 0;
  if (++rows_ % kRowsPerCommit == 0) {
    commit_.run();
    begin_.run();
  }
  return isNew;
}

void RowCopy::finish() {
  inserts_.clear();
  commit_.run();
}

}  // namespace colibri::store::sqlite
