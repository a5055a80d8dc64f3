#pragma once

#include <map>
#include <string>
#include <tuple>

#include "store/postgres/statement.hpp"
#include "store/rows.hpp"

namespace colibri::store::postgres {

/// Puts and removes single rows of every table but the log's. Cursors, attempts and key-value
/// entries, which come in numbers, are staged and go in one statement each: within a transaction
/// only the last word on a row counts.
///
/// [Threading] confined to the writer. [Errors] throws Failure. [Ownership] what was given is
/// borrowed until flush().
class TableChanges {
 public:
  explicit TableChanges(Connection& connection);

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

  std::size_t stagedBytes() const noexcept { return bytes_; }
  void flush();
  void forget();

 private:
  void flushCursors();
  void flushAttempts();
  void flushEntries();

  Statement putInstance_, putSettings_, removeSettings_, putCursors_, removeCursors_;
  Statement addDeadLetter_, removeDeadLetter_, markDeadLetter_, returnDeadLetter_, putAttempts_;
  Statement putIdempotency_, removeIdempotency_, putKv_, removeKv_;
  // Null: removed.
  std::map<std::tuple<InstanceKey, std::string>, const CursorRow*> cursors_;
  std::map<std::tuple<InstanceKey, std::string, std::string>, const KvPut*> entries_;
  std::map<std::tuple<InstanceKey, std::string, std::uint64_t>, const PutAttempt*> attempts_;
  std::size_t bytes_ = 0;
};

}  // namespace colibri::store::postgres
