#include "store/identity.hpp"

#include <algorithm>

#include "base/ids.hpp"

namespace colibri::store {
namespace {

constexpr std::string_view kProof = "sealed with the master key of this database";

std::string proofPlaceOf(const std::string& id) {
  return "identity/" + id;
}

bool opens(const crypto::Sealer& sealer, const SealedValue& value) {
  return bool(sealer.open(value.bytes, value.place));
}

}  // namespace

Result<Identity> confirm(Identity found, std::span<const SealedValue> some,
                         const crypto::Sealer& sealer) {
  const Error another{Errc::rejected,
                      "it is sealed with another master key: restore the key file that was in use "
                      "with this database, or the database that was in use with this key"};
  if (!found.keyCheck.empty()) {
    if (opens(sealer, {proofPlaceOf(found.id), found.keyCheck})) return found;
    // A flipped bit in the proof is no reason to lock everybody out.
    const bool any = std::ranges::any_of(some, [&](const auto& v) { return opens(sealer, v); });
    if (!any) return another;
  } else if (!some.empty() &&
             std::ranges::none_of(some, [&](const auto& v) { return opens(sealer, v); })) {
    return another;
  }
  if (found.id.empty()) found.id = newUuid();
  found.keyCheck = sealer.seal(kProof, proofPlaceOf(found.id));
  return found;
}

Result<void> checkBelongs(const StateFile& state, const std::string& id) {
  const auto& last = state.last();
  if (!last || last->database.empty() || last->database == id) return {};
  return Error{Errc::rejected, "it is not the database that this data folder was used with (" +
                                   state.path().string() + " names " + last->database +
                                   ", this one is " + id +
                                   "): restore that one, or, if this one is meant, remove " +
                                   state.path().string()};
}

Result<void> checkMayBeNew(const StateFile& state) {
  const auto& last = state.last();
  if (!last || last->database.empty()) return {};
  return Error{Errc::rejected, "it is gone: " + state.path().string() + " names the database " +
                                   last->database + " that was here; restore it from a backup"};
}

}  // namespace colibri::store
