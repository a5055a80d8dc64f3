#include "instances/registry.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace colibri::instances {
namespace {

bool visible(const InstancePtr& instance) {
  return instance && instance->ready && !instance->deleting;
}

}  // namespace

Result<InstanceKey> Registry::add(Instance instance) {
  const std::unique_lock lock(mutex_);
  if (byName_.contains(instance.row.name)) {
    return Error{Errc::conflict, "This name \"" + instance.row.name + "\" is already in use."};
  }
  if (byToken_.contains(instance.row.tokenHash)) {
    return Error{Errc::conflict, "This token is already in use by another instance"};
  }
  instance.row.key = ++lastKey_;
  put(std::make_shared<const Instance>(std::move(instance)));
  return lastKey_;
}

std::optional<InstanceKey> Registry::beingDeleted(std::string_view name,
                                                  std::string_view tokenHash) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [owners, what] : {std::pair(&byName_, name), std::pair(&byToken_, tokenHash)}) {
    const auto at = owners->find(std::string(what));
    if (at != owners->end() && byKey_.at(at->second)->deleting) return at->second;
  }
  return std::nullopt;
}

void Registry::load(Instance instance) {
  const std::unique_lock lock(mutex_);
  lastKey_ = std::max(lastKey_, instance.row.key);
  put(std::make_shared<const Instance>(std::move(instance)));
}

void Registry::reserve(InstanceKey upTo) {
  const std::unique_lock lock(mutex_);
  lastKey_ = std::max(lastKey_, upTo);
}

void Registry::put(InstancePtr instance) {
  byName_[instance->row.name] = instance->row.key;
  byToken_[instance->row.tokenHash] = instance->row.key;
  byKey_[instance->row.key] = std::move(instance);
}

void Registry::remove(InstanceKey key) {
  const std::unique_lock lock(mutex_);
  const auto at = byKey_.find(key);
  if (at == byKey_.end()) return;
  byName_.erase(at->second->row.name);
  byToken_.erase(at->second->row.tokenHash);
  byKey_.erase(at);
}

InstancePtr Registry::get(InstanceKey key) const {
  const std::shared_lock lock(mutex_);
  const auto at = byKey_.find(key);
  return at == byKey_.end() ? nullptr : at->second;
}

InstancePtr Registry::findByName(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto at = byName_.find(std::string(name));
  if (at == byName_.end()) return nullptr;
  const auto& instance = byKey_.at(at->second);
  return visible(instance) ? instance : nullptr;
}

InstancePtr Registry::findByToken(std::string_view tokenHash) const {
  const std::shared_lock lock(mutex_);
  const auto at = byToken_.find(std::string(tokenHash));
  if (at == byToken_.end()) return nullptr;
  const auto& instance = byKey_.at(at->second);
  return visible(instance) ? instance : nullptr;
}

std::vector<InstancePtr> Registry::list() const {
  std::vector<InstancePtr> all;
  {
    const std::shared_lock lock(mutex_);
    all.reserve(byKey_.size());
    for (const auto& [key, instance] : byKey_) {
      if (visible(instance)) all.push_back(instance);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->row.key < b->row.key; });
  return all;
}

std::size_t Registry::size() const {
  const std::shared_lock lock(mutex_);
  return byKey_.size();
}

InstancePtr Registry::update(InstanceKey key, const std::function<void(Instance&)>& change) {
  const std::unique_lock lock(mutex_);
  const auto at = byKey_.find(key);
  if (at == byKey_.end()) return nullptr;
  auto next = std::make_shared<Instance>(*at->second);
  change(*next);
  at->second = std::move(next);
  return at->second;
}

}  // namespace colibri::instances
