#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.hpp"

namespace colibri::store {

/// The last sequence given to each instance: from 1, without gaps, never given twice.
///
/// Kept in memory; what was given in a transaction that did not commit is taken back. In the
/// database the last one is that of the newest event, or, once events were dropped, the row in
/// `sequences`: the engine reads it there before it asks here.
///
/// [Threading] confined to the writer.
class Sequences {
 public:
  using Mark = std::size_t;

  bool knows(InstanceKey instance) const { return last_.contains(instance); }
  /// What the database says, for an instance that is not known yet.
  void learn(InstanceKey instance, std::uint64_t last) { set(instance, last); }
  std::uint64_t last(InstanceKey instance) const;
  std::uint64_t next(InstanceKey instance);
  /// After every row of the instance is gone.
  void forget(InstanceKey instance) { set(instance, std::nullopt); }

  Mark mark() const noexcept { return given_.size(); }
  void takeBack(Mark to);
  void keep() noexcept { given_.clear(); }

 private:
  void set(InstanceKey instance, std::optional<std::uint64_t> last);

  std::unordered_map<InstanceKey, std::uint64_t> last_;
  std::vector<std::pair<InstanceKey, std::optional<std::uint64_t>>> given_;  // what it was before
};

}  // namespace colibri::store
