#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/postgres/last_sequences.hpp"
#include "store/postgres/statement.hpp"
#include "store/reader/lists.hpp"

namespace colibri::store::postgres {

/// What one reading connection can answer, each in one statement and so from one view of the
/// database: of the hot path by statements that are prepared once, the rest as Lists.
///
/// [Threading] confined to whoever borrowed it. [Errors] throws Failure.
class Queries : public Lists {
 public:
  using Lists::answer;
  Queries(std::unique_ptr<Connection> connection, const crypto::Sealer* sealer, Damage& damage,
          const Clock& clock);

  std::uint64_t answer(const ask::LastSequence& q);
  std::vector<EventRow> answer(const ask::Events& q);
  std::vector<DeadLetterRow> answer(const ask::MarkedDeadLetters& q);
  Result<std::optional<IdempotencyRow>> answer(const ask::Idempotency& q);
  Result<std::vector<KvEntry>> answer(const ask::Entries& q);
  Result<std::vector<KvEntry>> answer(const ask::EntriesWith& q);
  /// Its disk is the server's to watch.
  static std::uint64_t answer(const ask::ReusableBytes&) { return 0; }

 private:
  bool precedes(InstanceKey instance, std::uint64_t upTo);

  const std::unique_ptr<Connection> connection_;
  LastSequences lastSequence_;
  Statement precedes_, events_, idempotency_, markedDeadLetters_, kvGet_, kvScan_;
};

}  // namespace colibri::store::postgres
