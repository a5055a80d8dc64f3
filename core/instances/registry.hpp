#pragma once

#include <functional>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/event_log.hpp"
#include "instances/instance.hpp"

namespace colibri::instances {

/// All instances, by key, name and key hash, in memory.
///
/// [Threading] any thread; locked by mutex_, held for look-ups and pointer swaps only.
/// [Ownership] snapshots are shared and immutable.
class Registry {
 public:
  /// Takes the name and the token, and gives the instance a key. [Errors] conflict: one of them is
  /// taken.
  Result<InstanceKey> add(Instance instance);
  /// The instance that is being deleted and still has this name or token; nothing if there is none.
  std::optional<InstanceKey> beingDeleted(std::string_view name, std::string_view tokenHash) const;
  /// A stored instance, at start, with the key it has.
  void load(Instance instance);
  /// No instance gets a key up to this one from now on.
  void reserve(InstanceKey upTo);
  /// Frees the name. Does nothing if it is gone already.
  void remove(InstanceKey key);

  /// Null if there is none. The named look-ups do not find what is not ready or being deleted.
  InstancePtr get(InstanceKey key) const;
  InstancePtr findByName(std::string_view name) const;
  InstancePtr findByToken(std::string_view tokenHash) const;
  /// Ready and not being deleted, by key.
  std::vector<InstancePtr> list() const;
  std::size_t size() const;

  /// Replaces the instance by what `change` makes of a copy; null if it is gone. `change` is short
  /// and calls nothing outside.
  InstancePtr update(InstanceKey key, const std::function<void(Instance&)>& change);

 private:
  void put(InstancePtr instance);

  mutable std::shared_mutex mutex_;  // guards the rest
  std::unordered_map<InstanceKey, InstancePtr> byKey_;
  std::unordered_map<std::string, InstanceKey> byName_, byToken_;
  InstanceKey lastKey_ = 0;
};

}  // namespace colibri::instances
