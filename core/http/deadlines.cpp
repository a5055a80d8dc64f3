#include "http/deadlines.hpp"

#include <algorithm>

namespace colibri::http {

Deadlines::Deadlines(const std::array<std::chrono::milliseconds, kWaits>& durations) {
  for (const auto duration : durations) add(duration);
}

Deadlines::Ring& Deadlines::add(std::chrono::milliseconds duration) {
  auto& ring = rings_.emplace_back(Ring{duration});
  ring.end.before = ring.end.after = &ring.end;
  return ring;
}

void Deadlines::arm(Ring& ring, DeadlineNode& node, Wait wait, SteadyTime now) noexcept {
  auto& end = ring.end;
  node.wait = wait;
  node.at = now + ring.duration;
  node.before = end.before;
  node.after = &end;
  end.before->after = &node;
  end.before = &node;
}

void Deadlines::arm(DeadlineNode& node, Wait wait, SteadyTime now) noexcept {
  disarm(node);
  arm(rings_[static_cast<std::size_t>(wait)], node, wait, now);
}

void Deadlines::armSilence(DeadlineNode& node, std::chrono::milliseconds after, SteadyTime now) {
  disarm(node);
  const auto found = std::find_if(rings_.begin() + kWaits, rings_.end(),
                                  [&](const Ring& ring) { return ring.duration == after; });
  arm(found == rings_.end() ? add(after) : *found, node, Wait::silence, now);
}

void Deadlines::disarm(DeadlineNode& node) noexcept {
  if (!node.armed()) return;
  node.before->after = node.after;
  node.after->before = node.before;
  node.before = node.after = nullptr;
}

std::optional<SteadyTime> Deadlines::next() const noexcept {
  std::optional<SteadyTime> earliest;
  for (const auto& [duration, end] : rings_) {
    if (end.after != &end && (!earliest || end.after->at < *earliest)) earliest = end.after->at;
  }
  return earliest;
}

DeadlineNode* Deadlines::takeExpired(SteadyTime now) noexcept {
  for (auto& [duration, end] : rings_) {
    auto* first = end.after;
    if (first != &end && first->at <= now) {
      disarm(*first);
      return first;
    }
  }
  return nullptr;
}

}  // namespace colibri::http
