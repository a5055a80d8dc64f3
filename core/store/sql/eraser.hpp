#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.hpp"
#include "store/sql/derived.hpp"

namespace colibri::store {

/// Deletes many rows, a bounded number at a time, so that nobody else's commit waits for long.
///
/// Each function deletes at most `limit` rows of each table and says whether there may be more.
/// `Statement` is an engine's, made of what `Handle` is; deleted(statement, arguments...) runs it
/// and says how many rows it deleted.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
template <class Statement, class Handle, Dialect dialect>
class Eraser {
 public:
  enum class Left : bool { nothing, more };
  static constexpr std::uint32_t kEverything = 0x7fffffff;

  explicit Eraser(Handle& handle)
      : dropEvents_(handle,
                    removeSome(dialect, factsOf<AppendEvent>(),
                               dialect == Dialect::sqlite
                                   ? "instance = ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3"
                                   : "instance = $1 AND sequence <= $2 ORDER BY sequence LIMIT "
                                     "$3")) {
    for (const auto& table : facts()) {
      purges_.push_back(std::make_unique<Statement>(handle, purgeSql(dialect, table)));
      if (table.expiry.column.empty()) continue;
      const auto sql = expireSql(dialect, table);
      expiries_.push_back({table.expiry.lifeUs, std::make_unique<Statement>(handle, sql)});
    }
  }

  /// Every row of the instance in every table.
  Left purge(InstanceKey instance, std::uint32_t limit) {
    for (auto& table : purges_)
      if (deleted(*table, instance, limit) >= limit) return Left::more;
    return Left::nothing;
  }
  Left dropEvents(InstanceKey instance, std::uint64_t upTo, std::uint32_t limit) {
    return deleted(dropEvents_, instance, upTo, limit) >= limit ? Left::more : Left::nothing;
  }
  Left dropExpired(std::int64_t nowUs, std::uint32_t limit) {
    std::uint64_t most = 0;
    for (auto& [lifeUs, table] : expiries_)
      most = std::max(most, deleted(*table, nowUs - lifeUs, limit));
    return most >= limit ? Left::more : Left::nothing;
  }

 private:
  struct Expiring {
    std::int64_t lifeUs;
    std::unique_ptr<Statement> statement;
  };
  Statement dropEvents_;
  std::vector<std::unique_ptr<Statement>> purges_;  // in the order of the tables
  std::vector<Expiring> expiries_;
};

}  // namespace colibri::store
