#include "delivery/lane.hpp"

#include <algorithm>
#include <utility>

#include "delivery/probe_schedule.hpp"

namespace colibri::delivery {
namespace {

constexpr std::int64_t kReadAgainUs = 1'000'000;
// A probe needs one event; a few more spare a read where a filter leaves many out.
constexpr std::uint32_t kProbeEvents = 16;
constexpr std::size_t kProbeBytes = 64 * 1024;

LaneState stateOf(const store::CursorRow& row) {
  return row.state == static_cast<std::uint8_t>(LaneState::suspended) ? LaneState::suspended
                                                                      : LaneState::active;
}

}  // namespace

Lane::Lane(LaneRules rules, LaneShared shared, const events::Filter& subscribed,
           store::CursorRow row)
    : rules_(rules),
      shared_(shared),
      subscribed_(subscribed),
      subscription_(std::move(row.subscription)),
      instance_(row.instance),
      state_(stateOf(row)),
      reason_(std::move(row.reason)),
      failingSinceUs_(row.failingSinceUs),
      cursor_(row.low, std::move(row.doneAbove)),
      window_(rules.strictOrder, shared.memory),
      readTo_(cursor_.low()) {}

void Lane::serve(Moment now) {
  if (leaving_) return;
  if (serving_) {
    if (phase_ == Phase::paused) pauseUntil(std::chrono::microseconds(0), now);
    return;
  }
  serving_ = true;
  announced_ = true;
  if (state_ == LaneState::suspended) {
    state_ = LaneState::active;
    recovered();
    touch(Dirty::now);
  } else if (failingSinceUs_ != 0) {
    // Somewhere within the pause that the restart cut short.
    step_ = ProbeSchedule::stepAfter(shared_.clock.ageOf(failingSinceUs_));
    const auto pause = std::chrono::microseconds(ProbeSchedule::delay(step_, chance()));
    const auto part = static_cast<double>(pause.count()) * chance();
    pauseUntil(std::chrono::microseconds(static_cast<std::int64_t>(part)), now);
  }
}

void Lane::leave() {
  leaving_ = true;
  serving_ = false;
  window_.clear();
  farewells_.clear();
  shared_.counters.ephemeralDropped += light_.clear();
  tries_.clear();
  replays_.reset();
  lightInFlight_ = 0;
  ++generation_;
}

void Lane::goodbye(std::vector<events::EventPtr> events) {
  for (auto& event : events) {
    if (wanted(event->data().typeName)) farewells_.push_back(std::move(event));
  }
}

void Lane::setFilter(std::optional<events::Filter> filter) {
  own_ = std::move(filter);
  shared_.counters.filteredOut +=
      window_.filter([this](const events::Event& event) { return wanted(event.data().typeName); });
  advance(Dirty::lazily);
}

void Lane::announced() {
  announced_ = true;
  touch(Dirty::now);
}

void Lane::offer(const events::EventPtr& event, std::uint64_t previousHead, bool memoryLeft,
                 Moment now) {
  if (!serving_ || readTo_ < previousHead) return;
  const bool room = window_.size() < rules_.windowEvents && window_.bytes() < rules_.windowBytes;
  // What nobody wants is passed in any case; the rest waits on the disk.
  if (wanted(event->data().typeName) && (phase_ != Phase::healthy || !room || !memoryLeft)) return;
  takeIn(event, now);
  advance(Dirty::lazily);
}

void Lane::offerEphemeral(events::EventPtr event) {
  if (!serving_ || !wanted(event->data().typeName)) return;
  switch (light_.push(std::move(event))) {
    case EphemeralQueue::Pushed::added:
      break;
    case EphemeralQueue::Pushed::coalesced:
      ++shared_.counters.ephemeralCoalesced;
      break;
    case EphemeralQueue::Pushed::droppedOldest:
      ++shared_.counters.ephemeralDropped;
      break;
  }
}

std::optional<ReadWish> Lane::wish(std::uint64_t head, Moment now) const {
  if (!serving_ || readTo_ >= head || readingFor_ == generation_) return std::nullopt;
  if (now.steadyUs < readAgainUs_ || phase_ == Phase::probing) return std::nullopt;
  if (phase_ == Phase::paused) {
    const bool hasOne = window_.size() > window_.inFlight() + window_.buried();
    if (now.steadyUs < probeAtUs_ || inFlight() > 0 || hasOne) return std::nullopt;
    return ReadWish{readTo_, kProbeEvents, kProbeBytes};
  }
  if (window_.size() * 2 > rules_.windowEvents || window_.bytes() * 2 > rules_.windowBytes) {
    return std::nullopt;
  }
  return ReadWish{readTo_, rules_.windowEvents - static_cast<std::uint32_t>(window_.size()),
                  rules_.windowBytes - window_.bytes()};
}

void Lane::page(std::uint64_t read, std::span<const events::EventPtr> events, std::uint64_t upTo,
                Moment now) {
  if (read != generation_) return;
  readingFor_ = 0;
  readAgainUs_ = 0;
  for (const auto& event : events) takeIn(event, now);
  readTo_ = std::max(readTo_, upTo);
  advance(Dirty::lazily);
}

void Lane::readFailed(std::uint64_t read, Moment now) {
  if (read != generation_) return;
  readingFor_ = 0;
  readAgainUs_ = now.steadyUs + kReadAgainUs;
}

void Lane::takeIn(const events::EventPtr& event, Moment now) {
  const auto sequence = event->sequence();
  if (sequence <= readTo_) return;
  readTo_ = sequence;
  if (cursor_.isDone(sequence) || window_.has(sequence)) return;
  if (!wanted(event->data().typeName)) {
    ++shared_.counters.filteredOut;
    return;
  }
  const auto tries = tries_.find(sequence);
  window_.add(event, tries == tries_.end() ? 0 : tries->second.notBeforeUs, now.steadyUs);
}

bool Lane::wanted(std::string_view typeName) const {
  return (own_ ? *own_ : subscribed_).matches(typeName);
}

std::optional<std::int64_t> Lane::wakeAtUs(Moment now) const {
  if (!serving_) return std::nullopt;
  std::optional<std::int64_t> first;
  const auto consider = [&](std::int64_t atUs) {
    if (atUs > now.steadyUs && (!first || atUs < *first)) first = atUs;
  };
  if (phase_ == Phase::paused) consider(probeAtUs_);
  if (const auto retry = window_.nextRetryUs()) consider(*retry);
  consider(readAgainUs_);
  if (const auto replay = replays_ ? replays_->wakeAtUs(now.steadyUs) : std::nullopt)
    consider(*replay);
  return first;
}

store::CursorRow Lane::write() {
  dirty_ = Dirty::no;
  // A suspension is written once it has been told, so that a crash in between tells it again.
  const auto state = announced_ ? state_ : LaneState::active;
  return {subscription_,
          instance_,
          cursor_.low(),
          cursor_.above(),
          static_cast<std::uint8_t>(state),
          reason_,
          failingSinceUs_};
}

void Lane::show(LaneView& view) const {
  view.subscription = subscription_;
  view.instance = instance_;
  view.state = state_;
  view.reason = reason_;
  view.probing = serving_ && phase_ != Phase::healthy;
  view.failingSinceUs = failingSinceUs_;
  if (serving_ && phase_ == Phase::paused) {
    const auto now = Moment::of(shared_.clock);
    view.nextProbeAtUs = now.wallUs + (probeAtUs_ - now.steadyUs);
  }
  view.low = cursor_.low();
  view.inFlight = static_cast<std::uint32_t>(inFlight());
}

void Lane::letGo() {
  if (replays_) replays_->letGo();
  if (const auto first = window_.forgetWaiting()) readTo_ = std::min(readTo_, *first - 1);
  ++generation_;
}

void Lane::advance(Dirty how) {
  auto floor = readTo_;
  if (const auto lowest = window_.lowest()) floor = std::min(floor, *lowest - 1);
  if (!cursor_.passTo(floor)) return;
  tries_.erase(tries_.begin(), tries_.upper_bound(cursor_.low()));
  touch(how);
}

double Lane::chance() {
  return std::uniform_real_distribution<double>(0.0, 1.0)(shared_.random);
}

}  // namespace colibri::delivery
