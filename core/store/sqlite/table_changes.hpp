#pragma once

#include <memory>
#include <vector>

#include "store/sqlite/statement.hpp"
#include "store/tables.hpp"

namespace colibri::store::sqlite {

/// Puts and removes single rows of every table.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
class TableChanges {
 public:
  explicit TableChanges(sqlite3* db);

  template <class Change>
  void apply(const Change& change) {
    if constexpr (constexpr auto at = tables::putsInto<Change>(); at != tables::kNone) {
      puts_[at]->runRow(change);
    } else {
      constexpr auto from = tables::removesFrom<Change>();
      static_assert(from != tables::kNone, "no table has this operation");
      removals_[from]->runKey(std::get<from>(tables::kAll), change);
    }
  }
  void apply(const MarkDeadLetter& change);
  void apply(const ReturnDeadLetter& change);

 private:
  using Statements = std::vector<std::unique_ptr<Statement>>;  // in the order of the tables
  Statements puts_, removals_;
  Statement markDeadLetter_, returnDeadLetter_;
};

}  // namespace colibri::store::sqlite
