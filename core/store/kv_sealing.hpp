#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/table_rows.hpp"

/// Values that are sealed by whoever submits them, and opened by whoever reads them, as the tables'
/// descriptions say. Without a sealer they lie readable. [Threading] any thread, pure.
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
/// Seals what the store seals; from then on a row's flag says whether it is.
void sealSecrets(Batch& batch, const crypto::Sealer* sealer);
/// Opens a row as it lay in the database. [Errors] rejected: it does not open, or there is no
/// sealer.
template <class Put>
Result<Put> openRow(const crypto::Sealer* sealer, Put put);
Error noMasterKey();

/// The least key that is greater than every key with this prefix; empty = there is none.
std::string endOfPrefix(std::string_view prefix);

// --- inline ---

template <class Put>
Result<Put> openRow(const crypto::Sealer* sealer, Put put) {
  Result<void> opened = {};
  eachSealed(put, {}, [&](std::string& value, const std::string& place) {
    if (!opened) return;
    auto plain =
        sealer != nullptr ? sealer->open(value, place) : Result<std::string>(noMasterKey());
    if (plain)
      value = std::move(*plain);
    else
      opened = plain.error();
  });
  if (!opened) return opened.error();
  return put;
}

}  // namespace colibri::store
