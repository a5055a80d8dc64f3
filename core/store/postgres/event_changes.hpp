#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "store/postgres/last_sequences.hpp"
#include "store/postgres/statement.hpp"
#include "store/rows.hpp"
#include "store/sequences.hpp"

namespace colibri::store::postgres {

/// Appends to the log of events: many at a time, in one statement.
///
/// [Threading] confined to the writer. [Errors] throws Failure. [Ownership] what was staged is
/// borrowed until flush().
class EventChanges {
 public:
  EventChanges(Connection& connection, const Clock& clock, Sequences& sequences, Damage& damage);

  /// The event is given its sequence (0 = a repeat) by flush(), which adds it to `committed`, in
  /// order.
  void stage(AppendEvent& change, Committed& committed);
  std::size_t stagedBytes() const noexcept { return bytes_; }
  void flush();
  void forget();

  /// Makes the last sequences of these instances known. [Blocking]
  void know(const std::set<InstanceKey>& instances);
  /// Before events are dropped: their numbers stay given.
  void remember(InstanceKey instance);

 private:
  struct Staged {
    AppendEvent* change;
    Committed* committed;
    std::string key;  // the dedupe key's digest; empty: never a repeat
  };
  using Key = std::pair<InstanceKey, std::string>;

  std::set<Key> takeFresh();
  void insert(std::set<Key> fresh);

  const Clock& clock_;
  Sequences& sequences_;
  Statement insert_, firstSight_;
  LastSequences last_;
  Statement store_;
  std::vector<Staged> staged_;
  std::size_t bytes_ = 0;
};

}  // namespace colibri::store::postgres
