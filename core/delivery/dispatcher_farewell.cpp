#include <algorithm>
#include <utility>

#include "delivery/dispatcher_impl.hpp"

namespace colibri::delivery {

void Dispatcher::Impl::beginDelete(InstanceEntry& entry) {
  if (std::exchange(entry.deleting, true)) return;
  for (auto* lane : entry.lanes) {
    lane->saysGoodbye = lane->subscription.sink &&
                        (lane->lane->serving() || lane->lane->state() == LaneState::suspended);
    revokeAll(*lane);
    lane->lane->leave();
    touch(*lane);
  }
}

void Dispatcher::Impl::farewell(InstanceKey key, const std::vector<events::EventPtr>& events,
                                std::chrono::milliseconds within, Function<void()> whenDone,
                                Moment now) {
  auto* entry = instance(key);
  if (!entry || stopping) {
    outbox.add(std::move(whenDone));
    return;
  }
  beginDelete(*entry);
  if (entry->farewellDone) endFarewell(*entry);
  entry->farewellDone = std::move(whenDone);
  entry->farewellUntilUs = now.steadyUs + inUs(within);
  for (auto* lane : entry->lanes) {
    if (lane->saysGoodbye) lane->lane->goodbye(events);
    touch(*lane);
  }
  later(entry->farewellUntilUs, [this, key](Moment at) {
    const auto found = instances.find(key);
    if (found != instances.end() && found->second.farewellUntilUs <= at.steadyUs) {
      endFarewell(found->second);
    }
  });
  checkFarewell(*entry);
}

void Dispatcher::Impl::checkFarewell(InstanceEntry& entry) {
  const bool all = std::all_of(entry.lanes.begin(), entry.lanes.end(),
                               [](const auto* lane) { return lane->lane->leftAll(); });
  if (all) endFarewell(entry);
}

void Dispatcher::Impl::endFarewell(InstanceEntry& entry) {
  if (!entry.farewellDone) return;
  for (auto* lane : entry.lanes) {
    revokeAll(*lane);
    lane->lane->leave();
    touch(*lane);
  }
  outbox.add(std::exchange(entry.farewellDone, {}));
}

void Dispatcher::Impl::forget(InstanceKey key) {
  auto* entry = instance(key);
  if (!entry) return;
  beginDelete(*entry);
  endFarewell(*entry);
  for (auto* lane : std::vector(entry->lanes)) removeLane(*lane);
  instances.erase(key);
  std::erase_if(replaysToCome, [key](const auto& lane) { return lane.second == key; });
  std::erase_if(filtersToCome, [key](const auto& filter) { return filter.first.second == key; });
  forgotten.insert(key);
}

}  // namespace colibri::delivery
