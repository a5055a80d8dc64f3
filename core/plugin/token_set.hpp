#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

namespace colibri::plugin {

/// The tokens that one plugin holds and owes an answer for; so nobody answers another's, or twice.
///
/// [Threading] any thread; locked by mutex_.
class TokenSet {
 public:
  void add(std::uint64_t token) {
    const std::scoped_lock lock(mutex_);
    tokens_.insert(token);
  }
  /// False if it was not there: a late, repeated or foreign answer.
  bool take(std::uint64_t token) {
    const std::scoped_lock lock(mutex_);
    return tokens_.erase(token) != 0;
  }
  std::vector<std::uint64_t> takeAll() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::uint64_t> all(tokens_.begin(), tokens_.end());
    tokens_.clear();
    return all;
  }

 private:
  std::mutex mutex_;  // guards tokens_
  std::unordered_set<std::uint64_t> tokens_;
};

}  // namespace colibri::plugin
