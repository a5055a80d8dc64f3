#pragma once

#include <string>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/damage.hpp"
#include "store/kv_sealing.hpp"

/// Rows as they lie in a database on their way to whoever asked: what is damaged does not get
/// there. [Threading] any thread.
namespace colibri::store {

std::string nameOf(InstanceKey instance, const std::string& key);
/// For the note that events between two are missing.
std::string gapIn(InstanceKey instance, std::uint64_t before, std::uint64_t next);
Error damaged(std::string_view what);

/// Checked and opened. [Errors] rejected: it is damaged, which is noted, or there is no sealer for
/// what is sealed.
template <class Put>
Result<Put> openSound(Damage& damage, const crypto::Sealer* sealer, Sums stored, Put put) {
  constexpr const auto& table = tables::kOf<Put>;
  if (!accepts(damage, put, stored)) return damaged(table.what);
  bool sealed = false;
  eachSealed(put, {}, [&](const auto&, const auto&) { sealed = true; });
  if (sealed && sealer == nullptr) return noMasterKey();
  const auto name = nameOf(put);
  auto opened = openRow(sealer, std::move(put));
  if (opened) return opened;
  damage.note(table.name, name);
  return damaged(table.what);
}

}  // namespace colibri::store
