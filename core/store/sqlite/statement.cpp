#include "store/sqlite/statement.hpp"

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

#include "base/assert.hpp"

namespace colibri::store::sqlite {

Statement::Statement(sqlite3* db, std::string_view sql) : db_(db) {
  const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) fail(code);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

bool Statement::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(code);
  reset();
  return false;
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_);  // repeats the code of the last step, which was dealt with there
}

std::uint64_t Statement::copyFrom(sqlite3_stmt* row) {
  reset();
  for (int i = 0; i < sqlite3_bind_parameter_count(statement_); ++i) {
    const int code = sqlite3_bind_value(statement_, i + 1, sqlite3_column_value(row, i));
    if (code != SQLITE_OK) fail(code);
  }
  while (next()) {
  }
  return changes();
}

void Statement::bind(int index, std::string_view text) {
  const char* data = text.data() != nullptr ? text.data() : "";
  const int code =
      sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) fail(code);
}

void Statement::bind(int index, Blob blob) {
  const char* data = blob.bytes.data() != nullptr ? blob.bytes.data() : "";
  const int code = sqlite3_bind_blob64(statement_, index, data, blob.bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) fail(code);
}

void Statement::bindInteger(int index, std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_, index, number);
  if (code != SQLITE_OK) fail(code);
}

void Statement::column(int index, std::string& bytes) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, index));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, index));
  bytes.assign(data != nullptr ? data : "", size);
}

std::int64_t Statement::integer(int index) const {
  return sqlite3_column_int64(statement_, index);
}

std::uint64_t Statement::changes() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(db_));
}

void Statement::fail(int code) const {
  const std::string reason = sqlite3_errmsg(db_);
  sqlite3_reset(statement_);
  fail(db_, code, reason);
}

void Statement::failForOrder() {
  reset();
  failForOrder(db_);
}

void Statement::failForOrder(sqlite3* db) {
  fail(db, SQLITE_CORRUPT, "rows are not in their order");
}

void Statement::fail(sqlite3* db, int code) {
  fail(db, code, sqlite3_errmsg(db));
}

void Statement::fail(sqlite3* db, int code, const std::string& reason) {
  Poco::Data::SQLite::Utility::throwException(db, code, reason);
  assertFailed("throwException returned", __FILE__, __LINE__);
}

}  // namespace colibri::store::sqlite
