#include "store/sound_rows.hpp"

#include "store/kv_sealing.hpp"

namespace colibri::store {
namespace {

Error damaged(const std::string& what) {
  return {Errc::rejected, what + " is damaged; colibrictl check names what is"};
}

}  // namespace

std::string nameOf(InstanceKey instance, const std::string& key) {
  return std::to_string(instance) + "/" + key;
}

std::string gapIn(InstanceKey instance, std::uint64_t before, std::uint64_t next) {
  return nameOf(instance, "between " + std::to_string(before) + " and " + std::to_string(next));
}

Error noMasterKey() {
  return {Errc::rejected, "a stored value is sealed and there is no master key"};
}

Result<KvPut> openSound(Damage& damage, const crypto::Sealer* sealer, RowSum sum, KvPut put) {
  const auto name = [&] { return nameOf(put.instance, put.plugin + "/" + put.key); };
  if (!damage.accepts(sum, sumOf(put), "kv", name)) return damaged("a stored value");
  if (put.secret && sealer == nullptr) return noMasterKey();
  auto entry =
      openEntry(sealer, put.plugin, put.instance, put.key, std::move(put.value), put.secret);
  if (!entry) {
    damage.note("kv", name());
    return damaged("a stored value");
  }
  put.value = std::move(*entry->value);
  return put;
}

Result<IdempotencyRow> openSound(Damage& damage, const crypto::Sealer* sealer, RowSum sum,
                                 PutIdempotency put) {
  const auto name = [&] { return nameOf(put.row.instance, put.row.key); };
  if (!damage.accepts(sum, sumOf(put), "idempotency", name))
    return damaged("the record of this idempotency key");
  if (put.sealed && sealer == nullptr) return noMasterKey();
  auto row = openIdempotency(sealer, put.row, put.sealed);
  if (row) return row;
  damage.note("idempotency", name());
  return damaged("the record of this idempotency key");
}

Result<AttemptRow> openSound(Damage& damage, const crypto::Sealer* sealer, RowSum sum,
                             PutAttempt put) {
  auto& row = put.row;
  const auto name = [&] {
    return nameOf(row.instance, row.subscription + "/" + std::to_string(row.number));
  };
  if (!damage.accepts(sum, sumOf(put), "attempts", name)) return damaged("an attempt");
  if (put.sealed && sealer == nullptr) return noMasterKey();
  auto entry = openAttempt(sealer, row.subscription, row.instance, row.entry, put.sealed);
  if (!entry) {
    damage.note("attempts", name());
    return damaged("an attempt");
  }
  row.entry = std::move(*entry);
  return row;
}

}  // namespace colibri::store
