#include "net/host_queue.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace colibri::net {

bool HostQueue::mayStart(const Host& host) const noexcept {
  return !host.queue.empty() &&
         host.running < (host.proven ? limits_.perHost : limits_.perUnprovenHost);
}

void HostQueue::rotate(Hosts::value_type& entry) {
  if (entry.second.inRotation || !mayStart(entry.second)) return;
  entry.second.inRotation = true;
  rotation_.push_back(&entry);
}

void HostQueue::forgetIfIdle(Hosts::iterator it) {
  auto& host = it->second;
  if (host.running != 0 || !host.queue.empty()) return;
  if (host.inRotation) std::erase(rotation_, &*it);
  hosts_.erase(it);
}

void HostQueue::add(const std::string& host, Id id) {
  auto& entry = *hosts_.try_emplace(host).first;
  entry.second.queue.push_back(id);
  ++waiting_;
  rotate(entry);
}

std::optional<HostQueue::Id> HostQueue::next() {
  while (running_ < limits_.total && !rotation_.empty()) {
    auto& entry = *rotation_.front();
    rotation_.pop_front();
    auto& host = entry.second;
    host.inRotation = false;
    if (!mayStart(host)) continue;
    const Id id = host.queue.front();
    host.queue.pop_front();
    --waiting_;
    ++host.running;
    ++running_;
    rotate(entry);
    return id;
  }
  return std::nullopt;
}

void HostQueue::finished(const std::string& host, bool well) {
  const auto it = hosts_.find(host);
  COLIBRI_ASSERT(it != hosts_.end() && it->second.running > 0);
  --it->second.running;
  --running_;
  it->second.proven = well;
  rotate(*it);
  forgetIfIdle(it);
}

bool HostQueue::remove(const std::string& host, Id id) {
  const auto it = hosts_.find(host);
  if (it == hosts_.end()) return false;
  auto& queue = it->second.queue;
  const auto found = std::find(queue.begin(), queue.end(), id);
  if (found == queue.end()) return false;
  queue.erase(found);
  --waiting_;
  forgetIfIdle(it);
  return true;
}

}  // namespace colibri::net
