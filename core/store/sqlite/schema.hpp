#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"

namespace colibri::store::sqlite {

class Connection;

/// The statements that lead from one version of the schema to the next. Never changed once
/// released.
struct Migration {
  std::span<const std::string_view> statements;
};

/// All of them; the database's version is the number of those that were applied.
std::span<const Migration> migrations() noexcept;

/// Applies what is missing, each migration in one transaction.
///
/// [Errors] conflict: the file is of a newer version, or not Colibri's; otherwise the engine's.
/// What was applied before the failing migration stays.
Result<void> migrate(Connection& connection, std::span<const Migration> all);

}  // namespace colibri::store::sqlite
