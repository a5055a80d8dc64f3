#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "delivery/attempt_entry.hpp"
#include "store/lifetimes.hpp"

namespace colibri::delivery {

/// The attempts of all lanes that wait for the store: of each lane as many of the latest as it
/// keeps. Attempts are frequent and none is worth a commit of its own, so they are written
/// together, some at a time; a crash loses what waits.
///
/// While all that waits is more than kMostBytes, of each lane only kFewest are kept, and responses
/// are left out, which is counted.
///
/// [Threading] locked by whoever has it, but for Write::entries: immutable.
class AttemptLog {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20, kFewest = 4;
  using Entries = std::shared_ptr<const std::vector<AttemptEntry>>;  // shared with who writes them

  /// Entries of a lane on their way to the store.
  struct Write {
    std::string subscription;
    InstanceKey instance = 0;
    std::optional<std::uint64_t> last;  ///< the number of the one before them; unknown: ask
    Entries entries;                    ///< in order
  };

  void note(const std::string& subscription, InstanceKey instance, AttemptEntry entry);
  bool hasWaiting() const noexcept { return !queue_.empty(); }

  /// Those that wait longest, until `entries` are taken; written() tells what became of each.
  std::vector<Write> take(std::size_t entries);
  /// `write.last` is the number of its last entry now. Refused: they wait again.
  void written(const Write& write, bool done);
  /// Oldest first.
  std::vector<AttemptEntry> notStored(const std::string& subscription, InstanceKey instance) const;
  void forget(InstanceKey instance);

  std::uint64_t responsesLeftOut() const noexcept { return leftOut_; }

 private:
  using Key = std::pair<InstanceKey, std::string>;
  struct Lane {
    std::vector<AttemptEntry> waiting;  ///< the latest; from `oldest` on, round the end
    std::size_t oldest = 0;
    Entries writing;  ///< null: none
    std::optional<std::uint64_t> last;
    bool queued = false;
  };
  void queue(const Key& key, Lane& lane);
  static std::vector<AttemptEntry> inOrder(Lane& lane);

  std::map<Key, Lane> lanes_;
  std::deque<Key> queue_;  ///< with something waiting
  std::size_t bytes_ = 0;  ///< of what waits
  std::uint64_t leftOut_ = 0;
};

}  // namespace colibri::delivery
