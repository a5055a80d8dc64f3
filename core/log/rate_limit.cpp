#include "log/rate_limit.hpp"

#include <algorithm>

namespace colibri::log {

bool RateLimit::admit(Level level, std::string_view area, std::string_view message,
                      SteadyTime now) {
  auto found = windows_.find(KeyView{area, message});
  if (found == windows_.end()) {
    // More different messages than there are in the program: somebody builds them. They pass.
    if (windows_.size() >= kMaxKeys) return true;
    found =
        windows_.emplace(Key{std::string(area), std::string(message)}, Window{now + kWindow, level})
            .first;
    nextEnd_ = std::min(nextEnd_, found->second.end);
  }
  return ++found->second.seen <= kBurst;
}

std::vector<RateLimit::Dropped> RateLimit::takeDropped(SteadyTime now, bool all) {
  std::vector<Dropped> dropped;
  if (now < nextEnd_ && !all) return dropped;
  nextEnd_ = SteadyTime::max();
  for (auto at = windows_.begin(); at != windows_.end();) {
    const auto& [key, window] = *at;
    if (window.end > now && !all) {
      nextEnd_ = std::min(nextEnd_, window.end);
      ++at;
      continue;
    }
    if (window.seen > kBurst) {
      dropped.push_back({key.area, key.message, window.level, window.seen - kBurst});
    }
    at = windows_.erase(at);
  }
  return dropped;
}

}  // namespace colibri::log
