#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/stored_sequences.hpp"

namespace colibri::store::sqlite {

/// What one reading connection can answer. The functions are those of Store. Damaged rows are
/// noted, and left out of lists; one that was asked for by its name is an error, as it is not
/// absent.
///
/// [Threading] confined to whoever borrowed it. [Errors] throws the engine's exceptions.
class Queries {
 public:
  Queries(const std::filesystem::path& file, const crypto::Sealer* sealer, Damage& damage);

  std::vector<InstanceRow> instances();
  InstanceKey lastInstance();
  std::vector<SettingsRow> settings(InstanceKey instance);
  std::vector<CursorRow> cursors();
  std::uint64_t lastSequence(InstanceKey instance);
  std::vector<EventRow> events(InstanceKey instance, std::uint64_t after, std::uint32_t limit,
                               std::size_t maxBytes);
  std::vector<DeadLetterRow> deadLetters(const DeadLetterFilter& filter, std::uint64_t after,
                                         std::uint32_t limit);
  std::optional<DeadLetterRow> deadLetter(InstanceKey instance, std::uint64_t id);
  std::vector<DeadLetterRow> markedDeadLetters(std::string_view subscription, InstanceKey instance,
                                               std::uint32_t limit, std::size_t maxBytes);
  std::uint64_t deadLetterBytes(InstanceKey instance);
  std::vector<DeadLetterCount> deadLetterCounts(InstanceKey instance);
  Result<std::vector<AttemptRow>> attempts(std::string_view subscription, InstanceKey instance,
                                           std::uint32_t limit);
  IdempotencyUse idempotencyUse(InstanceKey instance, std::int64_t nowUs);
  Result<std::optional<IdempotencyRow>> idempotency(InstanceKey instance, std::string_view key,
                                                    std::int64_t nowUs);
  Result<std::vector<KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                     std::span<const std::string> keys, std::int64_t nowUs);
  Result<std::vector<KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                      std::string_view prefix, std::string_view after,
                                      std::uint32_t limit, std::int64_t nowUs);
  Result<std::vector<KvPut>> kvAll(InstanceKey instance, const KvPlace& after, std::uint32_t limit,
                                   std::int64_t nowUs);
  std::uint64_t reusableBytes();
  std::uint64_t countRows(InstanceKey instance);

 private:
  bool precedes(InstanceKey instance, std::uint64_t upTo);

  Connection connection_;
  const crypto::Sealer* sealer_;
  Damage& damage_;
  Statement begin_, end_;
  Statement instances_, lastInstance_, settings_, cursors_;
  LastSequence lastSequence_;
  Statement precedes_, events_, idempotency_, idempotencyUse_;
  Statement deadLetters_, deadLetter_, markedDeadLetters_, deadLetterCounts_, deadLetterBytes_,
      attempts_;
  Statement kvGet_, kvScan_, kvAll_, reusableBytes_, countRows_;
};

}  // namespace colibri::store::sqlite
