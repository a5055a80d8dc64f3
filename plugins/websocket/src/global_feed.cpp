#include "global_feed.hpp"

#include <algorithm>
#include <limits>

namespace colibri::websocket {

void GlobalFeed::publish(const sdk::EventRef& event, std::string_view envelope,
                         Clock::time_point now) {
  if (event->sequence == 0) return broadcast({0, event}, envelope);
  kept_.push_back({{++last_, event}, now});
  bytes_ += event->body->size;
  broadcast(kept_.back().item, envelope);
  expire(now);
}

void GlobalFeed::expire(Clock::time_point now) {
  while (!kept_.empty() && (kept_.front().at + limits_.age < now || bytes_ > limits_.bytes)) {
    bytes_ -= kept_.front().item.event->body->size;
    kept_.pop_front();
  }
}

Feed::Fetched GlobalFeed::fetch(Sequence after, std::uint64_t, Page& page) {
  constexpr std::ptrdiff_t kMost = 64;
  page.head = page.next = last_;
  page.firstKept = kept_.empty() ? last_ + 1 : kept_.front().item.sequence;
  const auto first =
      std::upper_bound(kept_.begin(), kept_.end(), after,
                       [](Sequence s, const Kept& kept) { return s < kept.item.sequence; });
  for (auto at = first; at != kept_.end() && at - first < kMost; ++at)
    page.items.push_back(at->item);
  if (!page.items.empty()) page.next = page.items.back().sequence;
  return Fetched::now;
}

std::string GlobalFeed::offsetOf(Sequence sequence) const {
  return sequence == 0 ? std::string() : run_ + "-" + std::to_string(sequence);
}

/// One of another run of the gateway is beyond everything that is known here.
std::optional<Sequence> GlobalFeed::parseOffset(std::string_view text) const {
  const auto dash = text.rfind('-');
  if (dash == text.npos || dash == 0) return std::nullopt;
  const auto sequence = Feed::parseOffset(text.substr(dash + 1));
  if (!sequence || text.substr(0, dash) == run_) return sequence;
  return std::numeric_limits<Sequence>::max();
}

}  // namespace colibri::websocket
