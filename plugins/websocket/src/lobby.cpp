#include "lobby.hpp"

#include <iterator>
#include <tuple>

namespace colibri::websocket {

bool Lobby::Larger::operator()(const Group* a, const Group* b) const noexcept {
  return std::tuple(b->guests.size(), a->guests.front().number) <
         std::tuple(a->guests.size(), b->guests.front().number);
}

template <class Change>
void Lobby::change(Group& group, Change what) {
  if (!group.guests.empty()) bySize_.erase(&group);
  what(group.guests);
  if (!group.guests.empty())
    bySize_.insert(&group);
  else
    groups_.erase(std::string(group.name));  // a copy: the key goes with its group
}

void Lobby::enter(EngineSession& session, const std::string& group) {
  auto& of = groups_[group];
  of.name = group;
  change(of, [&](auto& guests) {
    guests.push_back({&session, ++numbers_});
    places_[&session] = {&of, std::prev(guests.end())};
  });
  if (of.guests.size() > limits_.ofOne)
    evictOldestOf(of);
  else if (places_.size() > limits_.all)
    evictOldestOf(**bySize_.begin());
}

void Lobby::leave(const EngineSession& session) {
  const auto found = places_.find(&session);
  if (found == places_.end()) return;
  const auto [group, guest] = found->second;
  places_.erase(found);
  change(*group, [&, at = guest](auto& guests) { guests.erase(at); });
}

void Lobby::evictOldestOf(Group& group) {
  auto* const oldest = group.guests.front().session;
  leave(*oldest);
  out_.push_back(oldest);
  ++evicted_;
}

}  // namespace colibri::websocket
