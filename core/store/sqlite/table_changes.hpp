#pragma once

#include "store/rows.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {

/// Puts and removes single rows of every table but the log's.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
class TableChanges {
 public:
  explicit TableChanges(sqlite3* db);

  void apply(const PutInstance& change);
  void apply(const PutSettings& change);
  void apply(const RemoveSettings& change);
  void apply(const PutCursor& change);
  void apply(const RemoveCursor& change);
  void apply(const AddDeadLetter& change);
  void apply(const RemoveDeadLetter& change);
  void apply(const MarkDeadLetter& change);
  void apply(const ReturnDeadLetter& change);
  void apply(const PutAttempt& change);
  void apply(const PutIdempotency& change);
  void apply(const RemoveIdempotency& change);
  /// `secret` says that the value is sealed.
  void apply(const KvPut& change);
  void apply(const KvRemove& change);

 private:
  Statement putInstance_, putSettings_, removeSettings_, putCursor_, removeCursor_;
  Statement addDeadLetter_, removeDeadLetter_, markDeadLetter_, returnDeadLetter_, putAttempt_;
  Statement putIdempotency_, removeIdempotency_, putKv_, removeKv_;
};

}  // namespace colibri::store::sqlite
