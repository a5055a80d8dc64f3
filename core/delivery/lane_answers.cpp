#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "delivery/lane.hpp"
#include "delivery/probe_schedule.hpp"
#include "events/expiry.hpp"

namespace colibri::delivery {
namespace {

// An event that failed is tried again after 1 s, and after 10 s more.
constexpr std::int64_t kRetryUs[] = {1'000'000, 10'000'000};
constexpr const char* kNoAnswer = "no answer by the deadline";

}  // namespace

bool Lane::mayGo(Moment now) const {
  if (!serving_ || (rules_.strictOrder && replays_ && replays_->inFlight() > 0)) return false;
  switch (phase_) {
    case Phase::healthy:
      return inFlight() < rules_.credit;
    case Phase::paused:
      return now.steadyUs >= probeAtUs_ && inFlight() == 0;
    case Phase::probing:
      return false;
  }
  return false;
}

std::optional<std::uint64_t> Lane::choose(Moment now) {
  while (const auto sequence = window_.next(now.steadyUs)) {
    if (passIfExpired(*window_.event(*sequence))) continue;
    const auto above = cursor_.above().size() + window_.inFlight() + window_.buried();
    if (sequence != window_.lowest() && above >= LaneCursor::kMostAbove) return std::nullopt;
    return sequence;
  }
  return std::nullopt;
}

bool Lane::passIfExpired(const events::Event& event) {
  if (!events::hasExpired(event.data(), shared_.clock)) return false;
  ++shared_.counters.expired;
  window_.finish(std::uint64_t{event.sequence()});
  advance(Dirty::lazily);
  return true;
}

void Lane::dropExpiredLight() {
  while (!light_.empty() && events::hasExpired(light_.oldest()->data(), shared_.clock)) {
    light_.pop();
    ++shared_.counters.ephemeralDropped;
  }
}

bool Lane::ready(Moment now) {
  if (leaving_) return !farewells_.empty() && inFlight() == 0;
  if (!mayGo(now)) return false;
  dropExpiredLight();
  return choose(now).has_value() || !light_.empty() || replayMayGo(now);
}

Handed Lane::take(Moment now) {
  ++shared_.counters.handedOver;
  if (leaving_) {
    COLIBRI_ASSERT(!farewells_.empty());
    ++lightInFlight_;
    Handed handed{Handed::Kind::farewell, std::move(farewells_.front()), 1};
    farewells_.pop_front();
    return handed;
  }
  COLIBRI_ASSERT(mayGo(now));
  const bool probe = phase_ == Phase::paused;
  if (probe) phase_ = Phase::probing;
  const auto sequence = choose(now);
  if (replayGoesNext(sequence || !light_.empty(), probe, now)) return takeReplay();
  replaysTurn_ = true;
  if (!sequence) {
    COLIBRI_ASSERT(!light_.empty());
    ++lightInFlight_;
    ++shared_.counters.ephemeralOffered;
    return {Handed::Kind::ephemeral, light_.pop(), 1};
  }
  window_.handOver(*sequence);
  auto& tries = tries_[*sequence];
  if (tries.number++ == 0) tries.firstAtUs = now.wallUs;
  return {Handed::Kind::durable, window_.event(*sequence), tries.number};
}

Verdict Lane::answered(const Handed& handed, const Outcome& outcome, Moment now) {
  if (handed.kind == Handed::Kind::replay) return replayAnswered(handed, outcome, now);
  Verdict verdict;
  const bool durable = handed.kind == Handed::Kind::durable;
  if (!durable) --lightInFlight_;
  if (handed.kind == Handed::Kind::farewell) return verdict;
  switch (outcome.kind) {
    case Outcome::Kind::ok:
      if (phase_ == Phase::probing) recovered();
      if (durable) acknowledge(handed.event->sequence());
      break;
    case Outcome::Kind::eventFailure:
      if (phase_ == Phase::probing) recovered();  // it answered: the lane is not the trouble
      eventFailed(handed, outcome, now, verdict);
      break;
    case Outcome::Kind::laneFailure:
      if (durable) putBack(handed.event->sequence(), now.steadyUs);
      failed(outcome, now, verdict);
      break;
    case Outcome::Kind::gone:
      if (durable) putBack(handed.event->sequence(), now.steadyUs);
      if (serving_) suspend(outcome.detail.empty() ? "gone" : outcome.detail, verdict);
      break;
    case Outcome::Kind::returned:
      returned(handed, now);
      break;
  }
  return verdict;
}

Verdict Lane::unanswered(const Handed& handed, Moment now) {
  Verdict verdict;
  const Outcome noAnswer{Outcome::Kind::laneFailure, {}, kNoAnswer};
  ++shared_.counters.unanswered;
  if (handed.kind == Handed::Kind::replay) return replayUnanswered(handed, noAnswer, now);
  if (handed.kind != Handed::Kind::durable) --lightInFlight_;
  if (handed.kind == Handed::Kind::farewell) return verdict;
  if (handed.kind == Handed::Kind::durable) {
    const auto sequence = handed.event->sequence();
    const bool isHead = window_.head() == sequence && readTo_ >= sequence;
    if (isHead && ++tries_[sequence].unanswered >= kMostAttempts) {
      verdict.burial = bury(handed, "no answer by the deadline, three times");
    } else {
      putBack(sequence, now.steadyUs);
    }
  }
  failed(noAnswer, now, verdict);
  return verdict;
}

void Lane::acknowledge(std::uint64_t sequence) {
  ++shared_.counters.acknowledged;
  window_.finish(sequence);
  tries_.erase(sequence);
  cursor_.done(sequence);
  advance(Dirty::now);
  touch(Dirty::now);
}

/// In flight -> not before `atUs`; a lane that is not healthy reads it again when it wants it.
void Lane::putBack(std::uint64_t sequence, std::int64_t atUs) {
  window_.retryAt(sequence, atUs);
  tries_[sequence].notBeforeUs = atUs;
  if (!serving_ || phase_ != Phase::healthy) letGo();
}

void Lane::pauseUntil(std::chrono::microseconds wait, Moment now) {
  phase_ = Phase::paused;
  probeAtUs_ = now.steadyUs + wait.count();
}

void Lane::recovered() {
  phase_ = Phase::healthy;
  step_ = 0;
  reason_.clear();
  if (failingSinceUs_ == 0) return;
  failingSinceUs_ = 0;
  touch(Dirty::now);
}

void Lane::failed(const Outcome& outcome, Moment now, Verdict& verdict) {
  ++shared_.counters.laneFailures;
  if (!serving_) return;
  if (phase_ == Phase::paused) {
    // In flight since before the pause: the same step, though it may ask for a longer wait.
    const auto asked = ProbeSchedule::delay(step_, 0, outcome.retryAfter);
    if (outcome.retryAfter.count() > 0 && now.steadyUs + inUs(asked) > probeAtUs_) {
      pauseUntil(asked, now);
    }
    return;
  }
  ++step_;
  reason_ = outcome.detail;
  if (failingSinceUs_ == 0) {
    failingSinceUs_ = now.wallUs;
    touch(Dirty::now);
  }
  if (shared_.clock.ageOf(failingSinceUs_) >= rules_.suspendAfter) {
    suspend("failing for too long: " + outcome.detail, verdict);
    return;
  }
  pauseUntil(ProbeSchedule::delay(step_, chance(), outcome.retryAfter), now);
  letGo();
}

void Lane::eventFailed(const Handed& handed, const Outcome& outcome, Moment now, Verdict& verdict) {
  ++shared_.counters.eventFailures;
  if (handed.kind != Handed::Kind::durable) return;
  const auto sequence = handed.event->sequence();
  auto& tries = tries_[sequence];
  if (++tries.failures >= kMostAttempts) {
    verdict.burial = bury(handed, outcome.detail);
  } else {
    putBack(sequence, now.steadyUs + kRetryUs[tries.failures - 1]);
  }
}

void Lane::returned(const Handed& handed, Moment now) {
  ++shared_.counters.returned;
  if (phase_ == Phase::probing) pauseUntil(std::chrono::microseconds(kReturnedUs), now);
  if (handed.kind == Handed::Kind::durable) {
    const auto sequence = handed.event->sequence();
    auto& number = tries_[sequence].number;  // it counts as nothing, also for whoever counts
    if (number > 0) --number;
    putBack(sequence, now.steadyUs + kReturnedUs);
  }
}

Burial Lane::bury(const Handed& handed, std::string reason) {
  const auto sequence = handed.event->sequence();
  const auto& tries = tries_[sequence];
  window_.bury(sequence);
  ++shared_.counters.deadLetters;
  return {sequence, handed.event, std::move(reason), tries.number, tries.firstAtUs};
}

void Lane::buried(std::uint64_t sequence) {
  if (!window_.has(sequence)) return;  // the lane was let go meanwhile
  window_.finish(sequence);
  tries_.erase(sequence);
  cursor_.done(sequence);
  advance(Dirty::now);
  touch(Dirty::now);
}

void Lane::suspend(std::string reason, Verdict& verdict) {
  state_ = LaneState::suspended;
  serving_ = false;
  announced_ = false;
  reason_ = std::move(reason);
  phase_ = Phase::healthy;
  step_ = 0;
  ++shared_.counters.suspensions;
  shared_.counters.ephemeralDropped += light_.clear();
  letGo();
  touch(Dirty::now);
  verdict.suspended = true;
}

std::vector<store::EventRow> Lane::cut(std::vector<store::EventRow> rows, std::uint64_t upTo) {
  std::vector<store::EventRow> dead;
  for (auto& row : rows) {
    if (row.sequence > upTo) break;
    if (cursor_.isDone(row.sequence)) continue;
    if (window_.has(row.sequence) && !window_.waits(row.sequence)) {
      upTo = row.sequence - 1;  // in flight: its answer decides
      break;
    }
    if (window_.has(row.sequence)) window_.finish(row.sequence);
    if (!wanted(row.typeName)) {
      ++shared_.counters.filteredOut;
    } else if (events::hasExpired(row, shared_.clock)) {
      ++shared_.counters.expired;
    } else {
      row.body.clear();
      row.sealed = false;
      dead.push_back(std::move(row));
    }
  }
  shared_.counters.cutByBacklogCap += dead.size();
  readTo_ = std::max(readTo_, upTo);
  advance(Dirty::now);
  return dead;
}

}  // namespace colibri::delivery
