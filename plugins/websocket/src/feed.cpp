#include "feed.hpp"

#include <algorithm>
#include <charconv>

#include "frames.hpp"

namespace colibri::websocket {

void Feed::join(Listener& listener) {
  goLive(listener, head());
}

void Feed::goLive(Listener& listener, Sequence after) {
  auto group = std::find_if(groups_.begin(), groups_.end(),
                            [&](const Group& g) { return g.form == listener.form(); });
  if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{listener.form(), {}});
  group->members.push_back({&listener, after});
}

void Feed::resume(Listener& listener, Sequence after) {
  if (after == head() && delivered_ <= after) {  // it missed nothing
    listener.resumed(nullptr);
    return goLive(listener, after);
  }
  const auto reader = ++lastReader_;
  replays_.emplace(reader, Replay{&listener, after});
  advance(reader);
}

void Feed::leave(Listener& listener) {
  for (auto& group : groups_) {
    const auto found = std::find_if(group.members.begin(), group.members.end(),
                                    [&](const Member& m) { return m.listener == &listener; });
    if (found == group.members.end()) continue;
    *found = group.members.back();
    group.members.pop_back();
  }
  std::erase_if(groups_, [](const Group& group) { return group.members.empty(); });
  std::erase_if(replays_, [&](const auto& entry) { return entry.second.listener == &listener; });
}

void Feed::writable(Listener& listener) {
  for (auto& [reader, replay] : replays_) {
    if (replay.listener != &listener || replay.state != Replay::State::paused) continue;
    return advance(reader);
  }
}

void Feed::retry() {
  std::vector<std::uint64_t> refused;
  for (const auto& [reader, replay] : replays_)
    if (replay.state == Replay::State::refused) refused.push_back(reader);
  for (const auto reader : refused) advance(reader);
}

void Feed::page(std::uint64_t reader, const Page& page) {
  const auto found = replays_.find(reader);
  if (found == replays_.end()) return;  // it left
  if (!page.ok) {
    found->second.state = Replay::State::refused;
    return;
  }
  if (take(found->second, page)) advance(reader);
}

void Feed::advance(std::uint64_t reader) {
  auto& replay = replays_.at(reader);
  for (;;) {
    replay.state = Replay::State::reading;
    Page page;
    const auto fetched = fetch(replay.after, reader, page);
    if (fetched == Fetched::refused) replay.state = Replay::State::refused;
    if (fetched != Fetched::now || !take(replay, page)) return;
  }
}

/// True: read on. False: the replay waits, or is over and gone.
bool Feed::take(Replay& replay, const Page& page) {
  if (!replay.announced) announce(replay, page);
  for (const auto& item : page.items) {
    if (item.sequence <= replay.after) continue;
    const auto envelope = sdk::toJson(sdk::envelopeOf(item.event, serverUrl_));
    const auto sent = replay.listener->send(
        eventFrameOf(replay.listener->form(), item, envelope, offsetOf(item.sequence)));
    replay.after = item.sequence;
    if (sent == Sent::taken) continue;
    replay.state = Replay::State::paused;  // what is left of the page is read again
    return false;
  }
  replay.after = std::max(replay.after, page.next);
  if (page.next < page.head || replay.after < delivered_) return true;
  auto* const listener = replay.listener;
  const auto after = replay.after;
  std::erase_if(replays_, [&](const auto& entry) { return entry.second.listener == listener; });
  goLive(*listener, after);
  return false;
}

void Feed::announce(Replay& replay, const Page& page) {
  replay.announced = true;
  if (replay.after > page.head) {
    const Skipped unknown{.why = Skipped::Why::unknownSequence, .after = replay.after};
    replay.after = page.head;
    replay.listener->resumed(&unknown);
  } else if (replay.after + 1 < page.firstKept) {
    const Skipped gone{
        .why = Skipped::Why::retention, .after = replay.after, .firstKept = page.firstKept};
    replay.listener->resumed(&gone);
  } else {
    replay.listener->resumed(nullptr);
  }
}

void Feed::broadcast(const Item& item, std::string_view envelope) {
  if (item.sequence != 0 && item.sequence <= delivered_) return;
  if (item.sequence != 0) delivered_ = item.sequence;
  for (auto& group : groups_) {
    std::optional<Bytes> frame;
    connections_.clear();
    for (const auto& member : group.members) {
      if (item.sequence != 0 && item.sequence <= member.after) continue;
      if (!frame) frame = eventFrameOf(group.form, item, envelope, offsetOf(item.sequence));
      if (const auto connection = member.listener->connection(); connection != 0)
        connections_.push_back(connection);
      else
        member.listener->send(*frame);
    }
    if (!connections_.empty()) wire_.sendMany(connections_, *frame);
  }
}

std::size_t Feed::size() const noexcept {
  auto count = replays_.size();
  for (const auto& group : groups_) count += group.members.size();
  return count;
}

std::vector<Listener*> Feed::listeners() const {
  std::vector<Listener*> all;
  all.reserve(size());
  for (const auto& group : groups_)
    for (const auto& member : group.members) all.push_back(member.listener);
  for (const auto& [reader, replay] : replays_) all.push_back(replay.listener);
  return all;
}

std::string Feed::offsetOf(Sequence sequence) const {
  return sequence == 0 ? std::string() : std::to_string(sequence);
}

std::optional<Sequence> Feed::parseOffset(std::string_view text) const {
  Sequence sequence = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, sequence);
  return error == std::errc() && at == end && !text.empty() ? std::optional(sequence)
                                                            : std::nullopt;
}

}  // namespace colibri::websocket
