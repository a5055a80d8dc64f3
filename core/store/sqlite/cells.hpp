#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "store/row_sum.hpp"

namespace colibri::store::sqlite {

/// Takes the columns of a statement's row from the left. [Threading] as the statement.
class Cells {
 public:
  explicit Cells(sqlite3_stmt* row) : row_(row) {}
  std::int64_t number() { return sqlite3_column_int64(row_, at_++); }
  /// kNoSum where there is none.
  RowSum sum() {
    const bool none = sqlite3_column_type(row_, at_) == SQLITE_NULL;
    const auto sum = number();
    return none ? kNoSum : sum;
  }
  void bytes(std::string& to) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(row_, at_));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row_, at_++));
    to.assign(data != nullptr ? data : "", size);
  }
  std::string bytes() {
    std::string taken;
    bytes(taken);
    return taken;
  }

 private:
  sqlite3_stmt* row_;
  int at_ = 0;
};

}  // namespace colibri::store::sqlite
