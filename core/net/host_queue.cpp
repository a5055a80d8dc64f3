#include "net/host_queue.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace colibri::net {

void HostQueue::withdraw(Host& host, Share& share) {
  if (share.turn != 0) host.ready.erase({share.running, std::exchange(share.turn, 0)});
}

void HostQueue::offer(Host& host, Share& share) {
  const auto most = share.proven ? limits_.perHost : limits_.perUnproven;
  if (share.queue.empty() || (share.running != 0 && share.running >= most)) return;
  share.turn = ++turns_;
  host.ready.emplace(std::pair(share.running, share.turn), &share);
}

HostQueue::Rotation* HostQueue::rotationOf(const Host& host) noexcept {
  if (host.ready.empty()) return nullptr;
  const auto fewest = host.ready.begin()->first.first;
  if (fewest == 0) return &firsts_;
  return fewest + host.running < limits_.perHost ? &mores_ : nullptr;
}

/// Puts the host where it belongs; `again`: behind the others there.
void HostQueue::rotate(Hosts::value_type& entry, bool again) {
  auto& host = entry.second;
  auto* const wanted = rotationOf(host);
  if (host.rotation == wanted && !again) return;
  if (host.rotation != nullptr) host.rotation->erase(host.place);
  host.rotation = wanted;
  if (wanted != nullptr) host.place = wanted->insert(wanted->end(), &entry);
}

void HostQueue::forgetIfIdle(Hosts::iterator host, InstanceKey instance) {
  auto& shares = host->second.shares;
  const auto share = shares.find(instance);
  if (share->second.running != 0 || !share->second.queue.empty()) return;
  shares.erase(share);
  if (shares.empty()) hosts_.erase(host);
}

void HostQueue::add(const std::string& name, InstanceKey instance, Id id) {
  auto& entry = *hosts_.try_emplace(name).first;
  auto& host = entry.second;
  const auto [at, isNew] = host.shares.try_emplace(instance);
  auto& share = at->second;
  if (isNew) share.proven = host.proven;
  share.queue.push_back(id);
  ++waiting_;
  if (share.turn != 0) return;
  offer(host, share);
  rotate(entry, false);
}

std::optional<HostQueue::Id> HostQueue::next() {
  const bool room = running_ < limits_.total;
  const bool roomForMore = running_ < limits_.total - limits_.total / 8;
  auto* const rotation = room && !firsts_.empty()         ? &firsts_
                         : roomForMore && !mores_.empty() ? &mores_
                                                          : nullptr;
  if (rotation == nullptr) return std::nullopt;
  auto& entry = *rotation->front();
  auto& host = entry.second;
  auto& share = *host.ready.begin()->second;
  withdraw(host, share);
  const Id id = share.queue.front();
  share.queue.pop_front();
  --waiting_;
  ++share.running;
  ++host.running;
  ++running_;
  offer(host, share);
  rotate(entry, true);
  return id;
}

void HostQueue::finished(const std::string& name, InstanceKey instance, bool well) {
  const auto at = hosts_.find(name);
  COLIBRI_ASSERT(at != hosts_.end());
  auto& host = at->second;
  const auto found = host.shares.find(instance);
  COLIBRI_ASSERT(found != host.shares.end() && found->second.running > 0);
  auto& share = found->second;
  withdraw(host, share);
  --share.running;
  --host.running;
  --running_;
  share.proven = host.proven = well;
  offer(host, share);
  rotate(*at, false);
  forgetIfIdle(at, instance);
}

bool HostQueue::remove(const std::string& name, InstanceKey instance, Id id) {
  const auto at = hosts_.find(name);
  if (at == hosts_.end()) return false;
  auto& host = at->second;
  const auto share = host.shares.find(instance);
  if (share == host.shares.end()) return false;
  auto& queue = share->second.queue;
  const auto found = std::find(queue.begin(), queue.end(), id);
  if (found == queue.end()) return false;
  queue.erase(found);
  --waiting_;
  if (queue.empty()) {
    withdraw(host, share->second);
    rotate(*at, false);
  }
  forgetIfIdle(at, instance);
  return true;
}

}  // namespace colibri::net
