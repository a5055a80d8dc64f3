#pragma once

#include <span>

#include "base/result.hpp"
#include "store/migration.hpp"

namespace colibri::store::sqlite {

class Connection;

/// The mark of a database of ours, in the file's header.
inline constexpr int kApplicationId = 0x436f6c69;  // "Coli"

/// All of them.
std::span<const Migration> migrations() noexcept;

/// Applies what is missing, each migration in one transaction.
///
/// [Errors] conflict: the file is of a newer version, or not Colibri's; otherwise the engine's.
/// What was applied before the failing migration stays.
Result<void> migrate(Connection& connection, std::span<const Migration> all);

}  // namespace colibri::store::sqlite
