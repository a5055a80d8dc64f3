#include "store/sqlite/identity_row.hpp"

#include <vector>

#include "base/ids.hpp"
#include "store/kv_sealing.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {
namespace {

/// A few of each kind.
std::vector<SealedValue> someSealed(sqlite3* db) {
  std::vector<SealedValue> values;
  std::string name, key;
  InstanceKey instance = 0;
  Statement tokens(db, "SELECT id, token_sealed FROM instances LIMIT 8");
  for (tokens.start(); tokens.next();) {
    auto& value = values.emplace_back();
    tokens.read(name, value.bytes);
    value.place = tokenPlaceOf(name);
  }
  Statement entries(db, "SELECT plugin, instance, key, value FROM kv WHERE sealed LIMIT 8");
  for (entries.start(); entries.next();) {
    auto& value = values.emplace_back();
    entries.read(name, instance, key, value.bytes);
    value.place = kvPlaceOf(name, instance, key);
  }
  Statement attempts(db, "SELECT subscription, instance, entry FROM attempts WHERE sealed LIMIT 8");
  for (attempts.start(); attempts.next();) {
    auto& value = values.emplace_back();
    attempts.read(name, instance, value.bytes);
    value.place = attemptPlaceOf(name, instance);
  }
  return values;
}

}  // namespace

Result<Identity> identityOf(Connection& connection, const crypto::Sealer* sealer) {
  auto* db = connection.handle();
  Identity found;
  Statement look(db, "SELECT id, key_check, unsummed FROM identity");
  for (look.start(); look.next();) look.read(found.id, found.keyCheck, found.unsummed);
  if (found.id.empty()) {
    Statement older(db,
                    "SELECT EXISTS(SELECT 1 FROM instances WHERE sum IS NULL)"
                    " OR EXISTS(SELECT 1 FROM kv WHERE sum IS NULL)"
                    " OR EXISTS(SELECT 1 FROM events WHERE sum IS NULL)");
    for (older.start(); older.next();) older.read(found.unsummed);
  }
  auto known = found;
  if (sealer != nullptr) {
    const auto some = someSealed(db);
    auto confirmed = confirm(std::move(found), some, *sealer);
    if (!confirmed) return confirmed;
    known = std::move(*confirmed);
  } else if (known.id.empty()) {
    known.id = newUuid();
  }
  if (known.keyCheck != found.keyCheck || known.id != found.id) {
    Statement keep(db,
                   "INSERT INTO identity(one, id, key_check, unsummed) VALUES(1, ?1, ?2, ?3)"
                   " ON CONFLICT(one) DO UPDATE SET id = excluded.id, key_check = "
                   "excluded.key_check");
    keep.run(known.id, Blob{known.keyCheck}, known.unsummed);
  }
  return known;
}

}  // namespace colibri::store::sqlite
