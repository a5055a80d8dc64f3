#include "http/deadlines.hpp"

namespace colibri::http {

Deadlines::Deadlines(const std::array<std::chrono::milliseconds, kWaits>& durations)
    : durations_(durations) {
  for (auto& end : ends_) end.before = end.after = &end;
}

void Deadlines::arm(DeadlineNode& node, Wait wait, SteadyTime now) noexcept {
  disarm(node);
  const auto kind = static_cast<std::size_t>(wait);
  auto& end = ends_[kind];
  node.wait = wait;
  node.at = now + durations_[kind];
  node.before = end.before;
  node.after = &end;
  end.before->after = &node;
  end.before = &node;
}

void Deadlines::disarm(DeadlineNode& node) noexcept {
  if (!node.armed()) return;
  node.before->after = node.after;
  node.after->before = node.before;
  node.before = node.after = nullptr;
}

std::optional<SteadyTime> Deadlines::next() const noexcept {
  std::optional<SteadyTime> earliest;
  for (const auto& end : ends_) {
    if (end.after != &end && (!earliest || end.after->at < *earliest)) earliest = end.after->at;
  }
  return earliest;
}

DeadlineNode* Deadlines::takeExpired(SteadyTime now) noexcept {
  for (auto& end : ends_) {
    auto* first = end.after;
    if (first != &end && first->at <= now) {
      disarm(*first);
      return first;
    }
  }
  return nullptr;
}

}  // namespace colibri::http
