#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {

/// The last sequence given to each instance: from 1, without gaps, never given twice.
///
/// Kept in memory; what was given in a transaction that did not commit is taken back. On disk the
/// last one is that of the newest event, or, once events were dropped, the row in `sequences`.
///
/// [Threading] confined to the writer. [Errors] throws the engine's exceptions.
class Sequences {
 public:
  using Mark = std::size_t;

  explicit Sequences(sqlite3* db);

  std::uint64_t next(InstanceKey instance);
  std::uint64_t last(InstanceKey instance);
  /// Before events are dropped: their numbers stay given.
  void remember(InstanceKey instance);
  /// After every row of the instance is gone.
  void forget(InstanceKey instance);

  Mark mark() const noexcept { return given_.size(); }
  void takeBack(Mark to);
  void keep() noexcept { given_.clear(); }

 private:
  void set(InstanceKey instance, std::optional<std::uint64_t> last);

  Statement load_, store_;
  std::unordered_map<InstanceKey, std::uint64_t> last_;
  std::vector<std::pair<InstanceKey, std::optional<std::uint64_t>>> given_;  // what it was before
};

}  // namespace colibri::store::sqlite
