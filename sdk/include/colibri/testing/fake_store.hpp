// colibri/testing/fake_store.hpp -- the durable half of FakeHost: key-value data and the event log, in
// memory. Share one between two hosts to test a restart: FakeHost second(descriptor, {.store =
// first.store()}). Threads: locked by its own mutex; any thread.
#pragma once

#include <colibri/testing/records.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace colibri::testing {

class FakeStore {
 public:
  /// Null if absent or past its time.
  std::optional<std::string> get(uint64_t instance, const std::string& key, int64_t nowUs) const {
    const std::scoped_lock lock(mutex_);
    const auto space = kv_.find(instance);
    if (space == kv_.end()) return std::nullopt;
    const auto found = space->second.find(key);
    if (found == space->second.end() || !alive(found->second, nowUs)) return std::nullopt;
    return found->second.value;
  }
  void put(uint64_t instance, const std::string& key, const std::string& value) {
    const std::scoped_lock lock(mutex_);
    kv_[instance][key] = {value, 0, kForEver};
  }
  /// Everything of one instance that is alive.
  std::map<std::string, std::string> entries(uint64_t instance, int64_t nowUs) const {
    const std::scoped_lock lock(mutex_);
    std::map<std::string, std::string> out;
    if (const auto space = kv_.find(instance); space != kv_.end())
      for (const auto& [key, entry] : space->second)
        if (alive(entry, nowUs)) out.emplace(key, entry.value);
    return out;
  }
  /// True if the entry was written with COLIBRI_KV_F_SECRET.
  bool secret(uint64_t instance, const std::string& key) const {
    const std::scoped_lock lock(mutex_);
    const auto space = kv_.find(instance);
    if (space == kv_.end()) return false;
    const auto found = space->second.find(key);
    return found != space->second.end() && (found->second.flags & COLIBRI_KV_F_SECRET) != 0;
  }
  /// One commit: the durable drafts that are no repeats, and the operations. Returns the first sequence.
  uint64_t commit(uint64_t instance, const std::vector<Draft>& drafts,
                  const std::vector<KvOperation>& operations, int64_t nowUs) {
    const std::scoped_lock lock(mutex_);
    uint64_t first = 0;
    auto& log = log_[instance];
    for (const auto& draft : drafts) {
      if ((draft.flags & COLIBRI_EVENT_F_DURABLE) == 0) continue;
      if (!draft.dedupeKey.empty() && !seen_.insert({instance, draft.dedupeKey}).second) continue;
      log.push_back(draft);
      if (first == 0) first = log.size();
    }
    auto& space = kv_[instance];
    for (const auto& op : operations) {
      if ((op.flags & COLIBRI_KV_F_DELETE) != 0)
        space.erase(op.key);
      else
        space[op.key] = {op.value, op.flags, op.ttlS == 0 ? kForEver : nowUs + int64_t{op.ttlS} * 1'000'000};
    }
    return first;
  }
  /// The durable events of one instance, repeats left out; number n has sequence n + 1.
  std::vector<Draft> log(uint64_t instance) const {
    const std::scoped_lock lock(mutex_);
    const auto found = log_.find(instance);
    return found == log_.end() ? std::vector<Draft>{} : found->second;
  }
  /// As when the instance is deleted.
  void purge(uint64_t instance) {
    const std::scoped_lock lock(mutex_);
    kv_.erase(instance);
    log_.erase(instance);
    std::erase_if(seen_, [&](const auto& pair) { return pair.first == instance; });
  }

 private:
  struct Entry {
    std::string value;
    uint32_t flags = 0;
    int64_t endsAtUs = 0;
  };
  static constexpr int64_t kForEver = std::numeric_limits<int64_t>::max();
  static bool alive(const Entry& entry, int64_t nowUs) noexcept { return nowUs < entry.endsAtUs; }

  mutable std::mutex mutex_;  // guards all below
  std::map<uint64_t, std::map<std::string, Entry>> kv_;
  std::map<uint64_t, std::vector<Draft>> log_;
  std::set<std::pair<uint64_t, std::string>> seen_;
};

}  // namespace colibri::testing
