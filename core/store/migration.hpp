#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace colibri::store {

/// The statements that lead from one version of an engine's schema to the next. Never changed once
/// released. The database's version is the number of those that were applied.
struct Migration {
  std::span<const std::string_view> statements;
};

/// [Errors] conflict: a program that knows more wrote the database.
inline Result<void> checkVersion(std::size_t version, std::size_t known) {
  if (version <= known) return {};
  return Error{Errc::conflict, "the database was written by a newer Colibri (schema " +
                                   std::to_string(version) + ", this one knows " +
                                   std::to_string(known) + "); start that one again"};
}

}  // namespace colibri::store
