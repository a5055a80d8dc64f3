#pragma once

#include <mutex>
#include <unordered_set>

#include "base/ids.hpp"

namespace colibri::plugin {

/// Which instances exist, as told by the transitions: so no plugin writes for one that is gone.
///
/// [Threading] any thread; locked by mutex_.
class InstanceDirectory {
 public:
  void add(InstanceKey instance) {
    const std::scoped_lock lock(mutex_);
    known_.insert(instance);
  }
  void remove(InstanceKey instance) {
    const std::scoped_lock lock(mutex_);
    known_.erase(instance);
  }
  bool has(InstanceKey instance) const {
    const std::scoped_lock lock(mutex_);
    return known_.contains(instance);
  }

 private:
  mutable std::mutex mutex_;  // guards known_
  std::unordered_set<InstanceKey> known_;
};

}  // namespace colibri::plugin
