#include "delivery/fresh_attempts.hpp"

namespace colibri::delivery {
AttemptEntry FreshAttempts::Fresh::entry() const {
  AttemptEntry made;
  made.end = end;
  made.replay = replay;
  made.confidential = confidential;
  made.number = number;
  made.endedAtUs = endedAtUs;
  made.latencyUs = latencyUs;
  made.sequence = sequence;
  made.eventId = eventId.str();
  made.typeName = typeName.str();
  made.httpStatus = httpStatus;
  if (rest) {
    made.detail = rest->detail;
    made.response = rest->response;
    if (!rest->longType.empty()) made.typeName = rest->longType;
  }
  return made;
}

FreshAttempts::Fresh& FreshAttempts::add() {
  if (all_.size() < kMost) {
    if (all_.empty()) all_.reserve(kMost);  // once: see swap()
    return all_.emplace_back();
  }
  ++leftOut_;
  auto& place = all_[oldest_];
  oldest_ = (oldest_ + 1) % kMost;
  return place;
}

void FreshAttempts::swap(FreshAttempts& emptied) noexcept {
  all_.swap(emptied.all_);
  std::swap(oldest_, emptied.oldest_);
}

void FreshAttempts::clear() noexcept {
  all_.clear();
  oldest_ = 0;
}

}  // namespace colibri::delivery
