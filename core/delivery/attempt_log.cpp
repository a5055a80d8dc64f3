#include "delivery/attempt_log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace colibri::delivery {

void AttemptLog::note(const std::string& subscription, InstanceKey instance, AttemptEntry entry) {
  const auto place = lanes_.try_emplace({instance, subscription}).first;
  auto& lane = place->second;
  const bool full = bytes_ > kMostBytes;
  if (full && !entry.response.empty()) {
    entry.response.clear();
    ++leftOut_;
  }
  bytes_ += entry.bytes();
  if (lane.waiting.size() < (full ? kFewest : store::kAttemptsKept)) {
    if (lane.oldest != 0) lane.waiting = inOrder(lane);
    lane.waiting.push_back(std::move(entry));
  } else {
    auto& first = lane.waiting[lane.oldest];
    bytes_ -= first.bytes();
    first = std::move(entry);
    lane.oldest = (lane.oldest + 1) % lane.waiting.size();
  }
  queue(place->first, lane);
}

void AttemptLog::queue(const Key& key, Lane& lane) {
  if (!std::exchange(lane.queued, true)) queue_.push_back(key);
}

std::vector<AttemptEntry> AttemptLog::inOrder(Lane& lane) {
  std::rotate(lane.waiting.begin(), lane.waiting.begin() + static_cast<std::ptrdiff_t>(lane.oldest),
              lane.waiting.end());
  lane.oldest = 0;
  return std::move(lane.waiting);
}

std::vector<AttemptLog::Write> AttemptLog::take(std::size_t entries) {
  std::vector<Write> writes;
  for (std::size_t taken = 0; !queue_.empty() && taken < entries;) {
    const auto place = lanes_.find(queue_.front());
    queue_.pop_front();
    if (place == lanes_.end()) continue;
    auto& lane = place->second;
    lane.queued = false;
    for (const auto& entry : lane.waiting) bytes_ -= entry.bytes();
    lane.writing = std::make_shared<const std::vector<AttemptEntry>>(inOrder(lane));
    lane.waiting = {};
    taken += lane.writing->size();
    writes.push_back({place->first.second, place->first.first, lane.last, lane.writing});
  }
  return writes;
}

void AttemptLog::written(const Write& write, bool done) {
  const auto place = lanes_.find({write.instance, write.subscription});
  if (place == lanes_.end()) return;
  auto& lane = place->second;
  lane.writing = nullptr;
  if (done) {
    lane.last = write.last;
    return;
  }
  // Behind those that came meanwhile, as far as there is room.
  auto newer = inOrder(lane);
  auto all = *write.entries;
  for (const auto& entry : all) bytes_ += entry.bytes();
  std::move(newer.begin(), newer.end(), std::back_inserter(all));
  while (all.size() > store::kAttemptsKept) {
    bytes_ -= all.front().bytes();
    all.erase(all.begin());
  }
  lane.waiting = std::move(all);
  queue(place->first, lane);
}

std::vector<AttemptEntry> AttemptLog::notStored(const std::string& subscription,
                                                InstanceKey instance) const {
  const auto place = lanes_.find({instance, subscription});
  if (place == lanes_.end()) return {};
  const auto& lane = place->second;
  std::vector<AttemptEntry> all;
  if (lane.writing) all = *lane.writing;
  const auto middle = lane.waiting.begin() + static_cast<std::ptrdiff_t>(lane.oldest);
  all.insert(all.end(), middle, lane.waiting.end());
  all.insert(all.end(), lane.waiting.begin(), middle);
  return all;
}

void AttemptLog::forget(InstanceKey instance) {
  auto place = lanes_.lower_bound({instance, std::string()});
  while (place != lanes_.end() && place->first.first == instance) {
    for (const auto& entry : place->second.waiting) bytes_ -= entry.bytes();
    place = lanes_.erase(place);
  }
}

}  // namespace colibri::delivery
