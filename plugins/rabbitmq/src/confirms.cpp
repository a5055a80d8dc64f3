#include "confirms.hpp"

#include <iterator>

namespace colibri::rabbitmq {

colibri_status Confirms::Settled::outcome() const noexcept {
  if (fate == Fate::taken) return COLIBRI_OK;
  return fate == Fate::unroutable && message.freshRoute ? COLIBRI_E_REJECTED
                                                        : COLIBRI_E_UNAVAILABLE;
}

Message& Confirms::add(Message&& message) {
  const auto at = open_.emplace_hint(open_.end(), ++lastTag_, Entry{.message = std::move(message)});
  return at->second.message;
}

void Confirms::returned(std::string_view id, std::string_view exchange, std::string_view key,
                        std::string why) {
  for (auto& [tag, entry] : open_) {
    const auto& [message, returnedWhy] = entry;
    if (!returnedWhy.empty() || message.id != id || message.route.exchange != exchange ||
        message.route.key != key)
      continue;
    entry.returnedWhy = why.empty() ? "returned" : std::move(why);
    return;
  }
}

std::vector<Confirms::Settled> Confirms::settle(std::uint64_t tag, bool multiple, bool acked) {
  const auto first = multiple ? open_.begin() : open_.find(tag);
  auto last = first;
  if (multiple)
    last = tag == 0 ? open_.end() : open_.upper_bound(tag);
  else if (first != open_.end())
    last = std::next(first);
  std::vector<Settled> settled;
  for (auto it = first; it != last; ++it) {
    auto& [message, why] = it->second;
    const auto fate = !acked ? Fate::refused : why.empty() ? Fate::taken : Fate::unroutable;
    settled.push_back({.message = std::move(message), .fate = fate, .why = std::move(why)});
  }
  open_.erase(first, last);
  return settled;
}

std::vector<Message> Confirms::takeAll() {
  std::vector<Message> all;
  all.reserve(open_.size());
  for (auto& [tag, entry] : open_) all.push_back(std::move(entry.message));
  open_.clear();
  lastTag_ = 0;
  return all;
}

}  // namespace colibri::rabbitmq
