#include "delivery/replay_queue.hpp"

#include <iterator>
#include <utility>

#include "base/assert.hpp"

namespace colibri::delivery {

std::uint64_t ReplayQueue::readBegan() noexcept {
  more_ = false;  // whoever marks one from now on says so again
  return readingFor_ = generation_;
}

void ReplayQueue::page(std::uint64_t read, std::vector<Replay> replays, bool more) {
  if (read != generation_) return;
  readingFor_ = 0;
  readAgainUs_ = 0;
  more_ = more_ || more;
  for (const auto& replay : replays) memory_ += replay.event->bytes();
  std::move(replays.begin(), replays.end(), std::back_inserter(waiting_));
}

void ReplayQueue::readFailed(std::uint64_t read, std::int64_t againUs) {
  if (read != generation_) return;
  readingFor_ = 0;
  readAgainUs_ = againUs;
  more_ = true;
}

Replay ReplayQueue::take() {
  COLIBRI_ASSERT(!waiting_.empty() && phase_ == Phase::none);
  phase_ = Phase::inFlight;
  auto replay = std::move(waiting_.front());
  waiting_.pop_front();
  memory_ -= replay.event->bytes();
  return replay;
}

void ReplayQueue::putBack(Replay replay, std::int64_t notBeforeUs) {
  COLIBRI_ASSERT(phase_ == Phase::inFlight);
  phase_ = Phase::none;
  notBeforeUs_ = notBeforeUs;
  memory_ += replay.event->bytes();
  waiting_.push_front(std::move(replay));
}

void ReplayQueue::letGo() {
  if (readingFor_ == generation_) more_ = true;
  if (!waiting_.empty()) more_ = true;
  if (phase_ == Phase::inFlight) more_ = true;  // it may come back to a queue that knows nothing
  forgetWaiting();
}

void ReplayQueue::clear() {
  forgetWaiting();
  phase_ = Phase::none;
  more_ = false;
}

void ReplayQueue::forgetWaiting() {
  for (const auto& replay : waiting_) memory_ -= replay.event->bytes();
  waiting_.clear();
  ++generation_;
}

std::optional<std::int64_t> ReplayQueue::wakeAtUs(std::int64_t nowUs) const noexcept {
  if (!waiting_.empty() && notBeforeUs_ > nowUs) return notBeforeUs_;
  if (waiting_.empty() && more_ && readAgainUs_ > nowUs) return readAgainUs_;
  return std::nullopt;
}

}  // namespace colibri::delivery
