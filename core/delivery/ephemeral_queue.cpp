#include "delivery/ephemeral_queue.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace colibri::delivery {

EphemeralQueue::Pushed EphemeralQueue::push(events::EventPtr event) {
  const auto same = std::find_if(queue_.begin(), queue_.end(), [&event](const auto& waiting) {
    return waiting->data().type == event->data().type && waiting->chat() == event->chat() &&
           waiting->data().typeName == event->data().typeName;
  });
  if (same != queue_.end()) {
    *same = std::move(event);
    return Pushed::coalesced;
  }
  queue_.push_back(std::move(event));
  if (queue_.size() <= kMost) return Pushed::added;
  queue_.pop_front();
  return Pushed::droppedOldest;
}

events::EventPtr EphemeralQueue::pop() {
  COLIBRI_ASSERT(!queue_.empty());
  auto event = std::move(queue_.front());
  queue_.pop_front();
  return event;
}

std::size_t EphemeralQueue::clear() {
  const auto count = queue_.size();
  queue_.clear();
  return count;
}

}  // namespace colibri::delivery
