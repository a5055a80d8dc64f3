#include "store/kv_sealing.hpp"

#include <variant>

namespace colibri::store {

std::string kvPlaceOf(std::string_view plugin, InstanceKey instance, std::string_view key) {
  std::string place("kv/");
  place.append(plugin).append("/").append(std::to_string(instance)).append("/").append(key);
  return place;
}

std::string attemptPlaceOf(std::string_view subscription, InstanceKey instance) {
  return std::string("attempt/").append(std::to_string(instance)).append("/").append(subscription);
}

std::string tokenPlaceOf(std::string_view instanceId) {
  return std::string("token/").append(instanceId);
}

std::string eventPlaceOf(std::string_view instanceId, std::string_view eventId) {
  return std::string("event/").append(instanceId).append("/").append(eventId);
}

std::string settingsPlaceOf(std::string_view instanceId, std::string_view alias) {
  return std::string("settings/").append(instanceId).append("/").append(alias);
}

namespace {

void seal(KvPut& put, const crypto::Sealer* sealer) {
  if (!put.secret) return;
  put.secret = sealer != nullptr;
  if (sealer == nullptr) return;
  put.value = sealer->seal(put.value, kvPlaceOf(put.plugin, put.instance, put.key));
}

void seal(PutAttempt& put, const crypto::Sealer* sealer) {
  put.sealed = sealer != nullptr;
  if (sealer == nullptr) return;
  put.row.entry =
      sealer->seal(put.row.entry, attemptPlaceOf(put.row.subscription, put.row.instance));
}

/// The place of one column of an idempotency record.
std::string recordPlaceOf(const IdempotencyRow& row, std::string_view column) {
  std::string place("idempotency-");
  place.append(column).append("/").append(std::to_string(row.instance)).append("/");
  return place.append(row.key);
}

void seal(PutIdempotency& put, const crypto::Sealer* sealer) {
  put.sealed = sealer != nullptr;
  if (sealer == nullptr) return;
  auto& row = put.row;
  row.requestHash = sealer->seal(row.requestHash, recordPlaceOf(row, "request"));
  row.answer = sealer->seal(row.answer, recordPlaceOf(row, "answer"));
}

Result<std::string> open(const crypto::Sealer* sealer, const std::string& value,
                         const std::string& place) {
  if (sealer != nullptr) return sealer->open(value, place);
  return Error{Errc::rejected, "a stored value is sealed and there is no master key"};
}

}  // namespace

void sealSecrets(Batch& batch, const crypto::Sealer* sealer) {
  for (auto& operation : batch) {
    if (auto* put = std::get_if<KvPut>(&operation)) seal(*put, sealer);
    if (auto* attempt = std::get_if<PutAttempt>(&operation)) seal(*attempt, sealer);
    if (auto* record = std::get_if<PutIdempotency>(&operation)) seal(*record, sealer);
  }
}

Result<KvEntry> openEntry(const crypto::Sealer* sealer, std::string_view plugin,
                          InstanceKey instance, std::string key, std::string value, bool sealed) {
  if (!sealed) return KvEntry{std::move(key), std::move(value)};
  auto plain = open(sealer, value, kvPlaceOf(plugin, instance, key));
  if (!plain) return plain.error();
  return KvEntry{std::move(key), std::move(*plain)};
}

Result<std::string> openAttempt(const crypto::Sealer* sealer, std::string_view subscription,
                                InstanceKey instance, std::string entry, bool sealed) {
  if (!sealed) return entry;
  return open(sealer, entry, attemptPlaceOf(subscription, instance));
}

Result<IdempotencyRow> openIdempotency(const crypto::Sealer* sealer, IdempotencyRow row,
                                       bool sealed) {
  if (!sealed) return row;
  auto hash = open(sealer, row.requestHash, recordPlaceOf(row, "request"));
  if (!hash) return hash.error();
  auto answer = open(sealer, row.answer, recordPlaceOf(row, "answer"));
  if (!answer) return answer.error();
  row.requestHash = std::move(*hash);
  row.answer = std::move(*answer);
  return row;
}

std::string endOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace colibri::store
