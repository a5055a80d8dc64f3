#include "store/postgres/identity_row.hpp"

#include <vector>

#include "base/ids.hpp"
#include "store/kv_sealing.hpp"
#include "store/postgres/connection.hpp"

namespace colibri::store::postgres {
namespace {

/// A few of each kind.
std::vector<SealedValue> someSealed(Connection& connection) {
  std::vector<SealedValue> values;
  std::string name, key, bytes;
  InstanceKey instance = 0;
  const auto tokens = connection.runOnce("SELECT id, token_sealed FROM instances LIMIT 8");
  for (int row = 0; row < tokens.size(); ++row) {
    tokens.read(row, name, bytes);
    values.push_back({tokenPlaceOf(name), bytes});
  }
  const auto entries =
      connection.runOnce("SELECT plugin, instance, key, value FROM kv WHERE sealed LIMIT 8");
  for (int row = 0; row < entries.size(); ++row) {
    entries.read(row, name, instance, key, bytes);
    values.push_back({kvPlaceOf(name, instance, key), bytes});
  }
  const auto attempts =
      connection.runOnce("SELECT subscription, instance, entry FROM attempts WHERE sealed LIMIT 8");
  for (int row = 0; row < attempts.size(); ++row) {
    attempts.read(row, name, instance, bytes);
    values.push_back({attemptPlaceOf(name, instance), bytes});
  }
  return values;
}

}  // namespace

Result<Identity> identityOf(Connection& connection, const crypto::Sealer* sealer) {
  Identity found;
  const auto rows = connection.runOnce("SELECT id, key_check, unsummed FROM identity");
  if (rows.size() != 0) rows.read(0, found.id, found.keyCheck, found.unsummed);
  if (found.id.empty()) {
    connection
        .runOnce(
            "SELECT EXISTS(SELECT 1 FROM instances WHERE sum IS NULL)"
            " OR EXISTS(SELECT 1 FROM kv WHERE sum IS NULL)"
            " OR EXISTS(SELECT 1 FROM events WHERE sum IS NULL)")
        .read(0, found.unsummed);
  }
  auto known = found;
  if (sealer != nullptr) {
    const auto some = someSealed(connection);
    auto confirmed = confirm(std::move(found), some, *sealer);
    if (!confirmed) return confirmed;
    known = std::move(*confirmed);
  } else if (known.id.empty()) {
    known.id = newUuid();
  }
  if (known.keyCheck != found.keyCheck || known.id != found.id) {
    Arguments row;
    row.add(known.id);
    row.add(known.keyCheck);
    row.add(known.unsummed);
    connection.runOnce(
        "INSERT INTO identity(one, id, key_check, unsummed) VALUES(1, $1, $2, $3)"
        " ON CONFLICT (one) DO UPDATE SET id = excluded.id, key_check = excluded.key_check",
        row);
  }
  return known;
}

}  // namespace colibri::store::postgres
