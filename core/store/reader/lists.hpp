#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "crypto/sealer.hpp"
#include "store/damage.hpp"
#include "store/questions.hpp"
#include "store/reader/reader.hpp"

namespace colibri::store {

/// What both engines answer alike: what is read off the hot path.
/// Damaged rows are noted, and left out of lists; one that was asked for by its name is an error,
/// as it is not absent.
/// Rows that are not in their order are of a damaged page, and an error (RowOrder).
///
/// [Threading] confined. [Blocking] [Errors] throws the engine's exceptions.
class Lists {
 public:
  std::vector<InstanceRow> answer(const ask::Instances&);
  InstanceKey answer(const ask::LastInstance&);
  std::vector<SettingsRow> answer(const ask::Settings& q);
  std::vector<CursorRow> answer(const ask::Cursors&);
  std::vector<DeadLetterRow> answer(const ask::DeadLetters& q);
  std::optional<DeadLetterRow> answer(const ask::DeadLetter& q);
  std::uint64_t answer(const ask::DeadLetterBytes& q);
  std::vector<DeadLetterCount> answer(const ask::DeadLetterCounts& q);
  Result<std::vector<AttemptRow>> answer(const ask::Attempts& q);
  IdempotencyUse answer(const ask::UseOfIdempotency& q);
  Result<std::vector<KvPut>> answer(const ask::AllEntries& q);
  std::uint64_t answer(const ask::RowCount& q);

 protected:
  /// `sealer`, `damage` and `clock` outlive it.
  Lists(std::unique_ptr<Reader> reader, const crypto::Sealer* sealer, Damage& damage,
        const Clock& clock)
      : sealer_(sealer), damage_(damage), clock_(clock), reader_(std::move(reader)) {}
  ~Lists() = default;

  const crypto::Sealer* const sealer_;
  Damage& damage_;
  const Clock& clock_;

 private:
  std::uint64_t number(Query query);
  /// `keyOf(row)` is what the query orders them by.
  template <class Put, class Row, class KeyOf>
  std::vector<Row> rows(Query query, KeyOf keyOf);

  const std::unique_ptr<Reader> reader_;
};

}  // namespace colibri::store
