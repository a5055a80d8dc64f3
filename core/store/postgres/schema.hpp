#pragma once

#include <span>

#include "base/result.hpp"
#include "store/migration.hpp"

namespace colibri::store::postgres {

class Connection;

/// All of them.
std::span<const Migration> migrations() noexcept;

/// Whether the schema that is first on the connection's search path is one of Colibri's. Throws
/// Failure.
bool isOurs(Connection& connection);

/// Applies what is missing to the schema that is first on the connection's search path, each
/// migration in one transaction. The caller holds the schema's lock.
///
/// [Errors] conflict: the schema is of a newer version, or holds tables of another program;
/// otherwise the server's. What was applied before the failing migration stays.
Result<void> migrate(Connection& connection, std::span<const Migration> all);

}  // namespace colibri::store::postgres
