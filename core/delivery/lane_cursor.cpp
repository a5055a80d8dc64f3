#include "delivery/lane_cursor.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace colibri::delivery {

LaneCursor::LaneCursor(std::uint64_t low, std::vector<std::uint64_t> above)
    : low_(low), above_(std::move(above)) {
  std::sort(above_.begin(), above_.end());
  above_.erase(std::unique(above_.begin(), above_.end()), above_.end());
  std::erase_if(above_, [low](std::uint64_t sequence) { return sequence <= low; });
  absorb();
}

bool LaneCursor::isDone(std::uint64_t sequence) const noexcept {
  return sequence <= low_ || std::binary_search(above_.begin(), above_.end(), sequence);
}

void LaneCursor::done(std::uint64_t sequence) {
  if (isDone(sequence)) return;
  above_.insert(std::lower_bound(above_.begin(), above_.end(), sequence), sequence);
  absorb();
  COLIBRI_ASSERT(above_.size() <= kMostAbove);
}

bool LaneCursor::passTo(std::uint64_t upTo) {
  if (upTo <= low_) return false;
  low_ = upTo;
  absorb();
  return true;
}

void LaneCursor::absorb() {
  auto keep = above_.begin();
  while (keep != above_.end() && *keep <= low_ + 1) {
    low_ = std::max(low_, *keep);
    ++keep;
  }
  above_.erase(above_.begin(), keep);
}

}  // namespace colibri::delivery
