#pragma once

#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "store/identity.hpp"

namespace colibri::store::sqlite {

class Connection;

/// The database's identity, made if it has none. Without a `sealer` nothing is proven.
///
/// [Errors] rejected: it belongs to another master key; otherwise throws the engine's exceptions.
Result<Identity> identityOf(Connection& connection, const crypto::Sealer* sealer);

}  // namespace colibri::store::sqlite
