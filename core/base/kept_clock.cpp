#include "base/kept_clock.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/assert.hpp"

namespace colibri {
namespace {

using std::chrono::microseconds;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
// A wall that is set right little by little begins a new era only when it is so far off.
constexpr std::int64_t kDriftUs = std::int64_t{60} * 1'000'000;
constexpr std::int64_t kFormat = 1;

std::int64_t inUs(SteadyTime steady) {
  return std::chrono::duration_cast<microseconds>(steady.time_since_epoch()).count();
}

/// Numbers with a blank between them; nothing if there is anything else.
std::optional<std::vector<std::int64_t>> numbersIn(std::string_view text) {
  std::vector<std::int64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    auto& number = numbers.emplace_back();
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (next != end && *next != ' ')) return std::nullopt;
    at = next == end ? end : next + 1;
  }
  return numbers;
}

}  // namespace

KeptClock::KeptClock(const Clock& source) : source_(source), lessSteadyUs_(kNone) {
  eras_.reserve(kMostEras + 1);
}

std::int64_t KeptClock::keptUs() const noexcept {
  const auto less = lessSteadyUs_.load(std::memory_order_relaxed);
  return less == kNone ? 0 : inUs(source_.steady()) + less;
}

Result<KeptClock::Resumed> KeptClock::resume(std::string_view mark) {
  const Error damaged{Errc::rejected, "the mark of the clock is damaged"};
  const auto numbers = numbersIn(mark);
  if (!numbers || numbers->size() < 6 || numbers->size() % 3 != 0 || numbers->front() != kFormat)
    return damaged;
  std::vector<Era> eras;
  for (std::size_t at = 3; at < numbers->size(); at += 3)
    eras.push_back({(*numbers)[at], (*numbers)[at + 1], (*numbers)[at + 2]});
  if (eras.size() > kMostEras || eras.front().earliestUs != kNone ||
      !std::ranges::is_sorted(eras, {}, &Era::latestUs))
    return damaged;
  return start(std::move(eras), (*numbers)[1], (*numbers)[2]);
}

KeptClock::Resumed KeptClock::resumeFrom(std::int64_t latestStampUs) {
  const auto from = latestStampUs == 0 ? source_.nowUs() : latestStampUs;
  return start({{kNone, kNone, 0}}, from, from);
}

KeptClock::Resumed KeptClock::start(std::vector<Era> eras, std::int64_t markKeptUs,
                                    std::int64_t markWallUs) {
  const std::lock_guard lock(mutex_);
  COLIBRI_ASSERT(lessSteadyUs_ == kNone);
  const auto wall = source_.nowUs();
  Resumed resumed;
  resumed.stopped = microseconds(wall - markWallUs);
  resumed.counted = std::clamp(resumed.stopped, microseconds(0), kMostStopped);
  const auto kept = markKeptUs + resumed.counted.count();
  eras_.assign(eras.begin(), eras.end());
  lookedUs_ = markKeptUs;
  lookedAheadUs_ = wall - kept;
  lessSteadyUs_ = kept - inUs(source_.steady());
  if (std::abs(lookedAheadUs_ - eras_.back().aheadUs) >= kDriftUs) begin(kept, lookedAheadUs_);
  lookedUs_ = kept;
  return resumed;
}

std::string KeptClock::mark() const {
  const std::lock_guard lock(mutex_);
  const auto kept = notice();
  auto text = std::to_string(kFormat) + " " + std::to_string(kept) + " " +
              std::to_string(kept + lookedAheadUs_);
  for (const auto& era : eras_)
    text += " " + std::to_string(era.earliestUs) + " " + std::to_string(era.latestUs) + " " +
            std::to_string(era.aheadUs);
  return text;
}

KeptClock::Look KeptClock::look() const {
  const std::lock_guard lock(mutex_);
  if (lessSteadyUs_ != kNone) notice();
  seen_.ahead = microseconds(lookedAheadUs_);
  return seen_;
}

std::chrono::microseconds KeptClock::ageOf(std::int64_t stampUs) const noexcept {
  const std::lock_guard lock(mutex_);
  if (lessSteadyUs_ == kNone) return microseconds(0);
  const auto kept = notice();
  // The latest moment at which the wall may have shown the stamp; if it never did, the latest
  // before which it may have been passed over.
  auto shown = kNone, passed = kNone;
  for (std::size_t i = 0; i < eras_.size(); ++i) {
    const auto from = eras_[i].earliestUs, to = endOf(i, kept), at = stampUs - eras_[i].aheadUs;
    const bool early = from != kNone && at < from;
    if (!early) passed = std::max(passed, std::min(at, to));
    if ((!early || at >= from - kDriftUs) && at <= to + kDriftUs)
      shown = std::max(shown, std::clamp(at, from, to));
  }
  return microseconds(kept - (shown != kNone ? shown : passed));
}

std::int64_t KeptClock::stampsOlderThan(std::chrono::microseconds age) const noexcept {
  const std::lock_guard lock(mutex_);
  if (lessSteadyUs_ == kNone) return kNone;
  const auto kept = notice();
  const auto young = kept - age.count();
  auto first = std::max(eras_.back().earliestUs, young) + eras_.back().aheadUs;
  for (std::size_t i = 0; i + 1 < eras_.size(); ++i) {
    if (endOf(i, kept) <= young) continue;
    first = std::min(first, std::max(eras_[i].earliestUs, young) + eras_[i].aheadUs);
  }
  return first;
}

std::int64_t KeptClock::endOf(std::size_t era, std::int64_t keptUs) const noexcept {
  return era + 1 < eras_.size() ? eras_[era + 1].latestUs : keptUs;
}

/// Under the lock. Returns kept time.
std::int64_t KeptClock::notice() const noexcept {
  const auto kept = keptUs();
  const auto ahead = source_.nowUs() - kept;
  const auto step = ahead - lookedAheadUs_;
  if (std::abs(step) >= kJump.count()) {
    ++seen_.jumps;
    seen_.last = microseconds(step);
    begin(kept, ahead);
  } else if (std::abs(ahead - eras_.back().aheadUs) >= kDriftUs) {
    begin(kept, ahead);
  }
  lookedUs_ = kept;
  lookedAheadUs_ = ahead;
  return kept;
}

/// An era, from some time since the wall was last looked at. The two oldest become one if there are
/// too many, with the offset that makes their stamps younger.
void KeptClock::begin(std::int64_t latestUs, std::int64_t aheadUs) const noexcept {
  eras_.push_back({lookedUs_, latestUs, aheadUs});
  ++seen_.eras;
  if (eras_.size() <= kMostEras) return;
  eras_[1] = {kNone, kNone, std::min(eras_[0].aheadUs, eras_[1].aheadUs)};
  eras_.erase(eras_.begin());
}

}  // namespace colibri
