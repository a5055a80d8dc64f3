#pragma once

#include <string>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/damage.hpp"
#include "store/rows.hpp"

/// Rows as they lie in a database on their way to whoever asked: what is damaged does not get
/// there. [Threading] any thread.
namespace colibri::store {

std::string nameOf(InstanceKey instance, const std::string& key);
/// For the note that events between two are missing.
std::string gapIn(InstanceKey instance, std::uint64_t before, std::uint64_t next);
Error noMasterKey();

/// Checked and opened. [Errors] rejected: it is damaged, which is noted, or there is no sealer for
/// what is sealed.
Result<KvPut> openSound(Damage& damage, const crypto::Sealer* sealer, RowSum sum, KvPut put);
Result<IdempotencyRow> openSound(Damage& damage, const crypto::Sealer* sealer, RowSum sum,
                                 PutIdempotency put);
Result<AttemptRow> openSound(Damage& damage, const crypto::Sealer* sealer, RowSum sum,
                             PutAttempt put);

}  // namespace colibri::store
