#include "exec/strand_queue.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace colibri::exec {

StrandQueue::StrandQueue(std::size_t most, std::size_t mostWhileSlow)
    : most_(std::max<std::size_t>(most, 1)),
      mostWhileSlow_(std::clamp<std::size_t>(mostWhileSlow, 1, most_)) {}

void StrandQueue::push(Task task) {
  const auto key = task.strand;
  const auto [place, isNew] = strands_.try_emplace(key);
  auto& owner = owners_[key.owner];
  if (isNew) ++owner.strands;
  auto& strand = place->second;
  strand.tasks.push_back(std::move(task));
  ++waiting_;
  if (strand.running || strand.tasks.size() > 1) return;  // its turn comes by itself
  owner.ready.push_back(key);
  enqueue(key.owner, owner);
}

std::optional<StrandQueue::Task> StrandQueue::pop() {
  if (turn_.empty()) return std::nullopt;
  const auto* key = turn_.front();
  turn_.pop_front();
  auto& owner = owners_.at(key);
  owner.queued = false;
  auto& strand = strands_.at(owner.ready.front());
  owner.ready.pop_front();
  std::optional<Task> task(std::move(strand.tasks.front()));
  strand.tasks.pop_front();
  strand.running = true;
  --waiting_;
  ++owner.running;
  enqueue(key, owner);
  return task;
}

void StrandQueue::finished(const StrandKey& key, bool wasSlow) {
  auto& strand = strands_.at(key);
  auto& owner = owners_.at(key.owner);
  COLIBRI_ASSERT(strand.running && owner.running > 0);
  strand.running = false;
  --owner.running;
  if (wasSlow) --owner.slow;
  if (!strand.tasks.empty()) owner.ready.push_back(key);
  enqueue(key.owner, owner);
  forgetIfIdle(key);
}

void StrandQueue::slow(const void* key) {
  auto& owner = owners_.at(key);
  ++owner.slow;
  if (!owner.queued || owner.running < mostWhileSlow_) return;
  std::erase(turn_, key);
  owner.queued = false;
}

std::deque<StrandQueue::Task> StrandQueue::drop() {
  std::deque<Task> dropped;
  for (auto place = strands_.begin(); place != strands_.end();) {
    auto& [key, strand] = *place++;  // it may be forgotten below
    for (auto& task : std::exchange(strand.tasks, {})) dropped.push_back(std::move(task));
    std::erase(owners_.at(key.owner).ready, key);
    forgetIfIdle(StrandKey(key));
  }
  for (const auto* key : std::exchange(turn_, {})) {
    if (const auto owner = owners_.find(key); owner != owners_.end()) owner->second.queued = false;
  }
  waiting_ = 0;
  return dropped;
}

void StrandQueue::enqueue(const void* key, Owner& owner) {
  const auto limit = owner.slow > 0 ? mostWhileSlow_ : most_;
  if (owner.queued || owner.ready.empty() || owner.running >= limit) return;
  owner.queued = true;
  turn_.push_back(key);
}

void StrandQueue::forgetIfIdle(const StrandKey& key) {
  const auto strand = strands_.find(key);
  if (strand->second.running || !strand->second.tasks.empty()) return;
  strands_.erase(strand);
  const auto owner = owners_.find(key.owner);
  if (--owner->second.strands == 0) owners_.erase(owner);
}

}  // namespace colibri::exec
