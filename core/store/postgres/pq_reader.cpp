#include "store/postgres/pq_reader.hpp"

#include <algorithm>

namespace colibri::store::postgres {
namespace {

class PqRow final : public RowCells {
 public:
  PqRow(const Rows& rows, int row) : cells_(rows, row) {}
  std::int64_t number() override { return cells_.number(); }
  void bytes(std::string& to) override { cells_.bytes(to); }

 private:
  Cells cells_;
};

struct Binding {
  Arguments& to;
  void operator()(std::int64_t number) const { to.add(number); }
  void operator()(const std::string& text) const { to.add(text); }
  void operator()(const BytesValue& value) const { to.add(value.bytes); }
};

}  // namespace

void PqReader::read(const Query& query, const OnRow& onRow) {
  auto sql = query.sql;
  std::ranges::replace(sql, '?', '$');
  Arguments arguments;
  for (const auto& value : query.values) std::visit(Binding{arguments}, value);
  const auto rows = connection_.runOnce(sql, arguments);
  for (int row = 0; row < rows.size(); ++row) {
    PqRow cells(rows, row);
    onRow(cells);
  }
}

void PqReader::failForOrder() {
  // What PostgreSQL says of an index that it finds damaged.
  throw Failure("rows are not in their order", "XX002", {}, false);
}

}  // namespace colibri::store::postgres
