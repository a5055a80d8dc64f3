#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "base/ids.hpp"
#include "store/damage.hpp"
#include "store/postgres/statement.hpp"

namespace colibri::store::postgres {

/// The last sequences that instances were given, as the database says. If the note of one is
/// damaged, no number is taken that lanes or dead letters have seen already.
///
/// [Threading] confined. [Errors] throws Failure.
class LastSequences {
 public:
  LastSequences(Connection& connection, Damage& damage);
  /// One for each, in their order. As Statement::ask(): the pipeline goes on.
  std::vector<std::uint64_t> of(const std::set<InstanceKey>& instances);

 private:
  Damage& damage_;
  Statement all_;
};

}  // namespace colibri::store::postgres
