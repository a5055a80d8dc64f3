#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/reader/lists.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/stored_sequences.hpp"

namespace colibri::store::sqlite {

/// What one reading connection can answer: of the hot path by statements that are prepared once,
/// the rest as Lists.
///
/// [Threading] confined to whoever borrowed it. [Errors] throws the engine's exceptions.
class Queries : public Lists {
 public:
  using Lists::answer;
  Queries(const std::filesystem::path& file, const crypto::Sealer* sealer, Damage& damage,
          const Clock& clock)
      : Queries(std::make_unique<Connection>(file, Connection::Use::read), sealer, damage, clock) {}

  std::uint64_t answer(const ask::LastSequence& q);
  std::vector<EventRow> answer(const ask::Events& q);
  std::vector<DeadLetterRow> answer(const ask::MarkedDeadLetters& q);
  Result<std::optional<IdempotencyRow>> answer(const ask::Idempotency& q);
  Result<std::vector<KvEntry>> answer(const ask::Entries& q);
  Result<std::vector<KvEntry>> answer(const ask::EntriesWith& q);
  std::uint64_t answer(const ask::ReusableBytes&);

 private:
  bool precedes(InstanceKey instance, std::uint64_t upTo);

  Queries(std::unique_ptr<Connection> connection, const crypto::Sealer* sealer, Damage& damage,
          const Clock& clock);

  const std::unique_ptr<Connection> connection_;
  Statement begin_, end_;
  LastSequence lastSequence_;
  Statement precedes_, events_, idempotency_, markedDeadLetters_, kvGet_, kvScan_, reusableBytes_;
};

}  // namespace colibri::store::sqlite
