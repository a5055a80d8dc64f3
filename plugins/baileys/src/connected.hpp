#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_set>

namespace colibri::baileys {

/// Which instances are open now: asked by submit() on any thread, written by the I/O thread.
///
/// [Threading] any; locked by mutex_.
class Connected {
 public:
  void set(std::uint64_t key, bool open) {
    const std::scoped_lock lock(mutex_);
    if (open) {
      keys_.insert(key);
    } else {
      keys_.erase(key);
    }
  }
  bool has(std::uint64_t key) const {
    const std::scoped_lock lock(mutex_);
    return keys_.contains(key);
  }

 private:
  mutable std::mutex mutex_;  // guards keys_
  std::unordered_set<std::uint64_t> keys_;
};

}  // namespace colibri::baileys
