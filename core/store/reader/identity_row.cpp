#include "store/reader/identity_row.hpp"

#include <vector>

#include "base/ids.hpp"
#include "store/kv_sealing.hpp"

namespace colibri::store {
namespace {

/// A few of each kind.
std::vector<SealedValue> someSealed(Reader& reader) {
  std::vector<SealedValue> values;
  const auto add = [&](Query query, auto placeOf) {
    reader.read(query, [&](RowCells& cells) {
      auto place = placeOf(cells);
      values.push_back({std::move(place), cells.bytes()});
    });
  };
  add({"SELECT id, token_sealed FROM instances LIMIT 8", {}, {Kind::name, Kind::bytes}},
      [](RowCells& cells) { return tokenPlaceOf(cells.bytes()); });
  add({"SELECT instance, plugin, key, value FROM kv WHERE sealed LIMIT 8",
       {},
       {Kind::integer, Kind::name, Kind::bytes, Kind::sealed}},
      [](RowCells& cells) {
        const auto instance = static_cast<InstanceKey>(cells.number());
        const auto plugin = cells.bytes();
        return kvPlaceOf(plugin, instance, cells.bytes());
      });
  add({"SELECT instance, subscription, entry FROM attempts WHERE sealed LIMIT 8",
       {},
       {Kind::integer, Kind::name, Kind::sealed}},
      [](RowCells& cells) {
        const auto instance = static_cast<InstanceKey>(cells.number());
        return attemptPlaceOf(cells.bytes(), instance);
      });
  return values;
}

bool hasUnsummed(Reader& reader) {
  bool any = false;
  for (const auto* table : {"instances", "kv", "events"}) {
    reader.read({std::string("SELECT COUNT(*) FROM (SELECT 1 AS one FROM ") + table +
                     " WHERE sum IS NULL LIMIT 1) AS first",
                 {},
                 {Kind::integer}},
                [&](RowCells& cells) { any = any || cells.number() != 0; });
  }
  return any;
}

}  // namespace

Result<Identity> identityOf(Reader& reader, const crypto::Sealer* sealer) {
  Identity found;
  reader.read(
      {"SELECT id, key_check, unsummed FROM identity", {}, {Kind::text, Kind::bytes, Kind::flag}},
      [&](RowCells& cells) {
        cells.bytes(found.id);
        cells.bytes(found.keyCheck);
        found.unsummed = cells.number() != 0;
      });
  if (found.id.empty()) found.unsummed = hasUnsummed(reader);
  auto known = found;
  if (sealer != nullptr) {
    const auto some = someSealed(reader);
    auto confirmed = confirm(found, some, *sealer);
    if (!confirmed) return confirmed;
    known = std::move(*confirmed);
  } else if (known.id.empty()) {
    known.id = newUuid();
  }
  if (known.keyCheck != found.keyCheck || known.id != found.id) {
    Query keep{"INSERT INTO identity(one, id, key_check, unsummed) VALUES(1, "};
    keep.sql += keep.bind(known.id) + ", " + keep.bindBytes(known.keyCheck);
    keep.sql += known.unsummed ? ", true)" : ", false)";
    keep.sql += " ON CONFLICT (one) DO UPDATE SET id = excluded.id, key_check = excluded.key_check";
    reader.read(keep, [](RowCells&) {});
  }
  return known;
}

}  // namespace colibri::store
