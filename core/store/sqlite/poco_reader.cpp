#include "store/sqlite/poco_reader.hpp"

#include <Poco/Data/LOB.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <deque>

#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {
namespace {

using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::limit;

/// A row of Poco's. Texts are taken as BLOBs: as texts they would end at their first NUL.
class PocoRow final : public RowCells {
 public:
  void add(Kind kind, Poco::Data::Statement& to) {
    if (isNumber(kind))
      to, into(numbers_.emplace_back());
    else
      to, into(blobs_.emplace_back());
  }
  void begin() { number_ = blob_ = 0; }
  std::int64_t number() override { return numbers_.at(number_++); }
  void bytes(std::string& to) override {
    const auto& blob = blobs_.at(blob_++);
    to.assign(reinterpret_cast<const char*>(blob.rawContent()), blob.size());
  }
  using RowCells::bytes;

 private:
  std::deque<Poco::Int64> numbers_;
  std::deque<Poco::Data::BLOB> blobs_;
  std::size_t number_ = 0, blob_ = 0;
};

/// Poco binds an empty BLOB as NULL.
std::string withEmptyBytes(const Query& query) {
  std::string sql;
  for (std::string_view rest = query.sql; !rest.empty();) {
    if (rest.front() != '?') {
      const auto size = std::min(rest.find('?'), rest.size());
      sql += rest.substr(0, size);
      rest.remove_prefix(size);
      continue;
    }
    const auto size = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    const std::string mark(rest.substr(0, size));
    const auto& value = query.values.at(std::stoul(mark.substr(1)) - 1);
    const auto* bytes = std::get_if<BytesValue>(&value);
    sql += bytes != nullptr && bytes->bytes.empty() ? "COALESCE(" + mark + ", X'')" : mark;
    rest.remove_prefix(size);
  }
  return sql;
}

struct Binding {
  Poco::Data::Statement& to;
  void operator()(std::int64_t number) const { to, bind(Poco::Int64{number}); }
  void operator()(const std::string& text) const { to, bind(text); }
  void operator()(const BytesValue& value) const {
    const auto* data = reinterpret_cast<const unsigned char*>(value.bytes.data());
    to, bind(Poco::Data::BLOB(data, value.bytes.size()));
  }
};

}  // namespace

void PocoReader::read(const Query& query, const OnRow& onRow) {
  Poco::Data::Statement statement(connection_.session());
  statement << withEmptyBytes(query);
  for (const auto& value : query.values) std::visit(Binding{statement}, value);
  PocoRow row;
  for (const auto kind : query.columns) row.add(kind, statement);
  statement, limit(1);
  while (!statement.done()) {
    if (statement.execute() == 0) break;
    row.begin();
    onRow(row);
  }
}

void PocoReader::failForOrder() {
  Statement::failForOrder(connection_.handle());
}

}  // namespace colibri::store::sqlite
