#include "store/redis/lanes.hpp"

#include <algorithm>
#include <utility>

namespace colibri::store::redis {

void Lanes::enter(const Instances& of, Way way, Function<void()> start) {
  std::unique_lock lock(mutex_);
  wait(std::make_shared<Entry>(Entry{of, way, true, std::move(start)}));
  startReady(lock);
}

void Lanes::follow(Function<void()> start) {
  std::unique_lock lock(mutex_);
  Instances busy;
  for (const auto& [key, lane] : lanes_) {
    if (!lane.waiting.empty()) busy.push_back(key);
  }
  wait(std::make_shared<Entry>(Entry{std::move(busy), Way::database, false, std::move(start)}));
  startReady(lock);
}

void Lanes::wait(EntryPtr entry) {
  if (entry->of.empty()) return ready_.push_back(std::move(entry));
  for (const auto key : entry->of) lanes_[key].waiting.push_back(entry);
  admit(entry->of);
}

void Lanes::leave(const Instances& of) {
  std::unique_lock lock(mutex_);
  for (const auto key : of) --lanes_.at(key).inside;
  admit(of);
  for (const auto key : of) {
    const auto at = lanes_.find(key);
    if (at->second.inside == 0 && at->second.waiting.empty()) lanes_.erase(at);
  }
  startReady(lock);
  if (lanes_.empty()) empty_.notify_all();
}

void Lanes::drain() {
  std::unique_lock lock(mutex_);
  empty_.wait(lock, [this] { return lanes_.empty() && ready_.empty() && !starting_; });
}

/// Lets in whoever's turn it is in these lanes, and in those that they free.
void Lanes::admit(Instances lanes) {
  while (!lanes.empty()) {
    const auto& waiting = lanes_.at(lanes.back()).waiting;
    if (waiting.empty() || !mayEnter(waiting.front())) {
      lanes.pop_back();
      continue;
    }
    auto entry = waiting.front();
    for (const auto key : entry->of) {
      auto& lane = lanes_.at(key);
      lane.waiting.pop_front();
      if (!entry->staysInside) continue;
      lane.way = entry->way;
      ++lane.inside;
    }
    lanes.insert(lanes.end(), entry->of.begin(), entry->of.end());
    ready_.push_back(std::move(entry));
  }
}

/// In all of its lanes at once: who is in one and waits in another would be overtaken in the first.
bool Lanes::mayEnter(const EntryPtr& entry) const {
  return std::ranges::all_of(entry->of, [&](InstanceKey key) {
    const auto& lane = lanes_.at(key);
    if (lane.waiting.front() != entry) return false;
    return !entry->staysInside || lane.inside == 0 || lane.way == entry->way;
  });
}

/// One thread at a time, whoever came first: others' entries are started by it, in order.
void Lanes::startReady(std::unique_lock<std::mutex>& lock) {
  if (starting_) return;
  starting_ = true;
  while (!ready_.empty()) {
    const auto entry = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    entry->start();
    lock.lock();
  }
  starting_ = false;
  if (lanes_.empty()) empty_.notify_all();
}

}  // namespace colibri::store::redis
