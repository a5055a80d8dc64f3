#include "delivery/retention.hpp"

#include <algorithm>

namespace colibri::delivery {
namespace {

// The last event before a pause is marked, so that what is before it ages apart from what follows.
constexpr std::int64_t kPauseUs = std::int64_t{600} * 1'000'000;

}  // namespace

void LogExtent::appended(const Sample& event) {
  const auto marked = marks_.empty() ? 0 : marks_.back().sequence;
  const bool far = event.sequence - marked >= stride_;
  const bool pause = event.recordedAtUs - last_.recordedAtUs >= kPauseUs;
  if (last_.sequence > marked && (far || pause)) marks_.push_back(last_);
  if (marks_.size() > kMostMarks) thin();
  last_ = {event.sequence, event.recordedAtUs, last_.bytesUpTo + event.bytes};
}

void LogExtent::sampled(const std::vector<Sample>& samples) {
  std::vector<Mark> older;
  std::uint64_t total = 0;
  for (const auto& sample : samples) {
    if (older.empty()) {
      total = sample.bytes;
    } else {
      total += (sample.sequence - older.back().sequence) * sample.bytes;
    }
    older.push_back({sample.sequence, sample.recordedAtUs, total});
  }
  if (older.empty()) return;
  for (auto& mark : marks_) mark.bytesUpTo += total;
  if (last_.sequence == 0) {
    last_ = older.back();
  } else {
    last_.bytesUpTo += total;
  }
  marks_.insert(marks_.begin(), older.begin(), older.end());
}

void LogExtent::dropped(std::uint64_t upTo) {
  std::size_t gone = 0;
  while (gone < marks_.size() && marks_[gone].sequence <= upTo) ++gone;
  if (gone == 0) return;
  bytesGone_ = marks_[gone - 1].bytesUpTo;
  marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(gone));
}

template <class Test>
std::uint64_t LogExtent::lastWhere(Test test) const {
  if (last_.sequence != 0 && test(last_)) return last_.sequence;
  for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
    if (test(*mark)) return mark->sequence;
  }
  return 0;
}

std::uint64_t LogExtent::olderThan(std::int64_t us) const {
  return lastWhere([us](const Mark& mark) { return mark.recordedAtUs < us; });
}

std::uint64_t LogExtent::beyond(std::uint64_t bytes) const {
  const auto total = last_.bytesUpTo;
  if (total - bytesGone_ <= bytes || marks_.empty()) return 0;
  for (const auto& mark : marks_) {
    if (total - mark.bytesUpTo <= bytes) return mark.sequence;
  }
  return marks_.back().sequence;
}

void LogExtent::thin() {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < marks_.size(); i += 2) marks_[kept++] = marks_[i];
  marks_.resize(kept);
  stride_ *= 2;
}

std::uint64_t droppable(const RetentionRules& rules, const LogExtent& extent, std::uint64_t floor) {
  const auto limit =
      std::max(extent.olderThan(rules.keepFromUs), extent.beyond(rules.keepMaxBytes));
  return std::min(floor, limit);
}

}  // namespace colibri::delivery
