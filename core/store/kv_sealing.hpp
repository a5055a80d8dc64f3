#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/rows.hpp"

/// Secret values of the key-value store, attempts to deliver, and what idempotency records know of
/// request and answer are sealed by whoever submits them, and opened by whoever reads them. Without
/// a sealer they lie readable. [Threading] any thread, pure.
namespace colibri::store {

/// The place a sealed value belongs to, so that it opens nowhere else.
std::string kvPlaceOf(std::string_view plugin, InstanceKey instance, std::string_view key);
/// The place of an attempt.
std::string attemptPlaceOf(std::string_view subscription, InstanceKey instance);
/// The place of an instance's key in its row.
std::string tokenPlaceOf(std::string_view instanceId);
/// The places of what their writers seal themselves: an event's body, a plugin's settings.
std::string eventPlaceOf(std::string_view instanceId, std::string_view eventId);
std::string settingsPlaceOf(std::string_view instanceId, std::string_view alias);
/// Seals the batch's secret values, attempts and idempotency records; from then on `secret` says
/// that a value is sealed.
void sealSecrets(Batch& batch, const crypto::Sealer* sealer);
/// A value as it lay in the database. [Errors] rejected: it does not open, or there is no sealer.
Result<KvEntry> openEntry(const crypto::Sealer* sealer, std::string_view plugin,
                          InstanceKey instance, std::string key, std::string value, bool sealed);

/// As openEntry().
Result<std::string> openAttempt(const crypto::Sealer* sealer, std::string_view subscription,
                                InstanceKey instance, std::string entry, bool sealed);

/// As openEntry(), for a record as it lay in the database.
Result<IdempotencyRow> openIdempotency(const crypto::Sealer* sealer, IdempotencyRow row,
                                       bool sealed);

/// The least key that is greater than every key with this prefix; empty = there is none.
std::string endOfPrefix(std::string_view prefix);

}  // namespace colibri::store
