#include "bridge_pool.hpp"

#include <algorithm>

namespace colibri::baileys {

BridgePool::Place BridgePool::activate(std::uint64_t key) {
  const auto found = residents_.find(key);
  if (found == residents_.end()) {
    const std::size_t slot = firstWithRoom();
    residents_.emplace(key, Resident{slot, true});
    ++count(slot);
    return {slot, std::nullopt};
  }
  Resident& resident = found->second;
  if (resident.active) return {resident.slot, std::nullopt};
  const std::size_t before = resident.slot;
  if (active(before) >= perBridge_) resident.slot = firstWithRoom();
  resident.active = true;
  ++count(resident.slot);
  return {resident.slot, resident.slot == before ? std::nullopt : std::optional(before)};
}

void BridgePool::rest(std::uint64_t key) {
  const auto found = residents_.find(key);
  if (found == residents_.end() || !found->second.active) return;
  found->second.active = false;
  --count(found->second.slot);
}

void BridgePool::remove(std::uint64_t key) {
  rest(key);
  residents_.erase(key);
}

std::optional<std::size_t> BridgePool::slotOf(std::uint64_t key) const {
  const auto found = residents_.find(key);
  return found == residents_.end() ? std::nullopt : std::optional(found->second.slot);
}

std::size_t BridgePool::active(std::size_t slot) const {
  return slot < active_.size() ? active_[slot] : 0;
}

std::size_t BridgePool::firstWithRoom() const {
  const auto found = std::find_if(active_.begin(), active_.end(),
                                  [&](std::size_t active) { return active < perBridge_; });
  return static_cast<std::size_t>(found - active_.begin());
}

std::size_t& BridgePool::count(std::size_t slot) {
  if (slot >= active_.size()) active_.resize(slot + 1, 0);
  return active_[slot];
}

}  // namespace colibri::baileys
