#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/stored_sequences.hpp"

namespace colibri::store::sqlite {

/// Deletes many rows, a bounded number at a time, so that nobody else's commit waits for long.
///
/// Each function deletes at most `limit` rows of each table and says whether there may be more.
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
class Eraser {
 public:
  enum class Left : bool { nothing, more };
  static constexpr std::uint32_t kEverything = 0x7fffffff;

  Eraser(sqlite3* db, StoredSequences& sequences);

  /// Every row of the instance in every table. The row of the instance itself goes last.
  Left purge(InstanceKey instance, std::uint32_t limit);
  Left dropEvents(InstanceKey instance, std::uint64_t upTo, std::uint32_t limit);
  Left dropExpired(std::int64_t nowUs, std::uint32_t limit);

 private:
  StoredSequences& sequences_;
  Statement dropEvents_;
  Statement purgeEvents_, purgeDedupe_, purgeDeadLetters_, purgeAttempts_, purgeKv_,
      purgeIdempotency_;
  Statement purgeSettings_, purgeCursors_, purgeSequence_, purgeInstance_;
  Statement expireDedupe_, expireIdempotency_, expireKv_;
};

}  // namespace colibri::store::sqlite
