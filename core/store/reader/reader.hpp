#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/row_sum.hpp"
#include "store/table.hpp"

namespace colibri::store {

/// A text or bytes, for a parameter: as its column is.
struct BytesValue {
  std::string bytes;
};
using Value = std::variant<std::int64_t, std::string, BytesValue>;

/// A question that every engine understands: the parameters are ?1, ?2, ..., in the order of
/// `values`; `columns` says what the answer's are.
struct Query {
  std::string sql;
  std::vector<Value> values = {};
  std::vector<Kind> columns = {};

  /// The parameter that stands for the value.
  std::string bind(std::uint64_t number);
  std::string bind(std::string_view text);
  std::string bindBytes(std::string_view bytes);
};

/// An answer's row, taken from the left.
class RowCells {
 public:
  virtual ~RowCells() = default;
  virtual std::int64_t number() = 0;
  virtual void bytes(std::string& to) = 0;
  std::string bytes();
  RowSum sum() { return number(); }
};

/// Asks a database what is not worth a statement of its own in each engine: lists, counts, what
/// people look at. A query is written once. [Threading] confined. [Blocking] [Errors] throws the
/// engine's exceptions.
class Reader {
 public:
  using OnRow = std::function<void(RowCells&)>;
  virtual ~Reader() = default;
  virtual void read(const Query& query, const OnRow& onRow) = 0;
  /// Throws that a page is damaged, for rows that are not in their order.
  [[noreturn]] virtual void failForOrder() = 0;
};

}  // namespace colibri::store
