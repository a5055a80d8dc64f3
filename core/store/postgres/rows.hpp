#pragma once

#include <libpq-fe.h>

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "store/row_sum.hpp"

namespace colibri::store::postgres {

/// What a statement answered, in PostgreSQL's binary format.
///
///     for (int row = 0; row < rows.size(); ++row) rows.read(row, r.alias, r.json);
///
/// [Threading] confined. [Ownership] values are copied out.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, &PQclear) {}

  const PGresult* get() const { return result_.get(); }
  ExecStatusType status() const { return PQresultStatus(result_.get()); }
  int size() const { return PQntuples(result_.get()); }
  /// Rows that were changed.
  std::uint64_t changed() const { return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10); }
  const char* command() const { return PQcmdStatus(result_.get()); }

  /// Not NULL.
  bool has(int row, int column) const { return PQgetisnull(result_.get(), row, column) == 0; }
  /// The row's columns from the left: bytes and texts into strings, bigint and boolean into
  /// numbers.
  template <class... Fields>
  void read(int row, Fields&... fields) const {
    int column = 0;
    (field(row, column++, fields), ...);
  }
  void field(int row, int column, std::string& bytes) const {
    bytes.assign(PQgetvalue(result_.get(), row, column),
                 static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
  }
  void field(int row, int column, std::integral auto& number) const {
    std::uint64_t value = 0;
    const char* bytes = PQgetvalue(result_.get(), row, column);
    for (int i = 0; i < PQgetlength(result_.get(), row, column); ++i)
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    number = static_cast<std::remove_reference_t<decltype(number)>>(value);
  }

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
};

/// Takes a row's columns from the left. [Ownership] the answer outlives it.
class Cells {
 public:
  Cells(const Rows& rows, int row) : rows_(rows), row_(row) {}
  std::int64_t number() {
    std::int64_t number = 0;
    rows_.field(row_, at_++, number);
    return number;
  }
  /// kNoSum where there is none.
  RowSum sum() { return rows_.has(row_, at_) ? number() : (++at_, kNoSum); }
  void bytes(std::string& to) { rows_.field(row_, at_++, to); }
  std::string bytes() {
    std::string taken;
    bytes(taken);
    return taken;
  }

 private:
  const Rows& rows_;
  int row_, at_ = 0;
};

}  // namespace colibri::store::postgres
