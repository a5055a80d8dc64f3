#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/state_file.hpp"

namespace colibri::store {

/// Which database this is, and proof of the master key that its values are sealed with. One row of
/// the database.
struct Identity {
  std::string id;         ///< UUID; empty: a database of before there were identities
  std::string keyCheck;   ///< a known text, sealed; empty: written without a master key
  bool unsummed = false;  ///< it has rows of before there were checksums (row_sum.hpp)
};

/// A value that was sealed with the database's master key, and where it lies.
struct SealedValue {
  std::string place, bytes;
};

/// What the database is to say from now on, given what it says, and `some` of its sealed values for
/// one that has no proof of its key. A damaged value proves nothing as long as another opens.
/// [pure] [Errors] rejected: it belongs to another master key.
Result<Identity> confirm(Identity found, std::span<const SealedValue> some,
                         const crypto::Sealer& sealer);

/// Whether it is the database that the data folder was used with. [pure] [Errors] rejected: what to
/// restore.
Result<void> checkBelongs(const StateFile& state, const std::string& id);
/// There is no database. [pure] [Errors] rejected: there should be one, and what to restore.
Result<void> checkMayBeNew(const StateFile& state);

}  // namespace colibri::store
