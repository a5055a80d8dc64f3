#include <algorithm>

#include "base/assert.hpp"
#include "delivery/dispatcher_impl.hpp"

namespace colibri::delivery {

/// A cursor from before this process. Its lane is not served until someone enables it, but holds
/// its events all the same.
void Dispatcher::Impl::load(const store::CursorRow& row) {
  auto& of = subscriptionNamed(row.subscription);
  of.known = true;
  if (row.instance != 0) addLane(of, row.instance, row);
}

Dispatcher::Impl::SubscriptionEntry& Dispatcher::Impl::subscriptionNamed(const std::string& name) {
  auto& entry = subscriptions[name];
  if (!entry) {
    entry = std::make_unique<SubscriptionEntry>();
    entry->name = name;
  }
  return *entry;
}

Dispatcher::Impl::SubscriptionEntry* Dispatcher::Impl::subscription(SubscriptionId id) {
  return id == 0 || id > byId.size() ? nullptr : byId[id - 1];
}

Dispatcher::Impl::InstanceEntry* Dispatcher::Impl::instance(InstanceKey key) {
  COLIBRI_ASSERT(key != 0);
  return forgotten.contains(key) ? nullptr : &instances[key];
}

Dispatcher::Impl::LaneEntry* Dispatcher::Impl::lane(LaneId id) {
  const auto found = laneEntries.find(id);
  return found == laneEntries.end() ? nullptr : found->second.get();
}

Dispatcher::Impl::LaneEntry* Dispatcher::Impl::find(const InstanceEntry& entry,
                                                    const SubscriptionEntry& of) const {
  const auto found = std::find_if(entry.lanes.begin(), entry.lanes.end(),
                                  [&of](const auto* lane) { return &lane->subscription == &of; });
  return found == entry.lanes.end() ? nullptr : *found;
}

Result<Dispatcher::SubscriptionId> Dispatcher::Impl::subscribe(SubscriptionSpec spec, Sink& sink,
                                                               Moment now) {
  if (auto checked = checkSubscription(spec); !checked) return checked.error();
  auto& of = subscriptionNamed(subscriptionName(spec));
  if (of.sink) return Error{Errc::conflict, "the subscription " + of.name + " exists already"};
  of.sink = &sink;
  of.spec = std::move(spec);
  of.credit.setTotal(of.spec.maxInFlight);
  byId.push_back(&of);
  of.id = byId.size();
  // Lanes of loaded cursors were made without knowing the rules.
  for (auto& [id, entry] : laneEntries) {
    if (&entry->subscription != &of) continue;
    const bool replays = entry->lane->hasReplays();
    entry->lane = makeLane(of, entry->lane->write());
    if (replays) entry->lane->replays().wake();
  }
  if (!of.spec.allInstances) return of.id;
  allInstances.push_back(&of);
  for (auto& [key, entry] : instances) coverAllInstances(key, entry, now);
  if (!of.known) {
    // Marks the subscription, so that an instance without a cursor is known to be newer than it.
    operations.push_back(store::PutCursor{{of.name, 0, 0, {}, 1, {}, 0}});
  }
  return of.id;
}

std::unique_ptr<Lane> Dispatcher::Impl::makeLane(SubscriptionEntry& of, store::CursorRow row) {
  LaneRules rules;
  rules.credit = of.spec.maxInFlightPerInstance;
  rules.strictOrder = of.spec.strictOrder;
  rules.suspendAfter = options.suspendAfter;
  rules.windowEvents = options.pageEvents;
  rules.windowBytes = options.pageBytes;
  return std::make_unique<Lane>(rules, LaneShared{clock, counters, random, memory}, of.spec.filter,
                                std::move(row));
}

Dispatcher::Impl::LaneEntry& Dispatcher::Impl::addLane(SubscriptionEntry& of, InstanceKey key,
                                                       store::CursorRow row) {
  const auto id = ++lastLane;
  auto& entry = *laneEntries.emplace(id, std::make_unique<LaneEntry>(id, of, key)).first->second;
  entry.lane = makeLane(of, std::move(row));
  instances[key].lanes.push_back(&entry);
  return entry;
}

/// Lanes of the subscriptions that want every instance. One without a cursor starts at the head if
/// the subscription is new, else at the beginning: the instance is newer than it, and a crash may
/// have come before the cursor was written.
void Dispatcher::Impl::coverAllInstances(InstanceKey key, InstanceEntry& entry, Moment now) {
  if (entry.allInstancesLanes == allInstances.size() || entry.deleting) return;
  for (auto* of : allInstances) {
    auto* lane = find(entry, *of);
    if (!lane) {
      lane = &addLane(*of, key, {of->name, key, of->known ? 0 : entry.head, {}, 1, {}, 0});
      lane->lane->mustWrite();
    }
    if (!lane->lane->serving()) lane->lane->serve(now);
    touch(*lane);
  }
  entry.allInstancesLanes = allInstances.size();
}

void Dispatcher::Impl::enable(SubscriptionEntry& of, InstanceKey key,
                              std::optional<std::uint64_t> after, Moment now) {
  auto* entry = instance(key);
  if (!entry || entry->deleting) return;
  auto* lane = find(*entry, of);
  // A cursor that a crash left from before they were off says nothing of what counts now.
  if (lane && after && !lane->lane->serving() && lane->lane->cursor().low() < *after) {
    removeLane(*lane);
    lane = nullptr;
  }
  if (!lane) {
    lane = &addLane(of, key, {of.name, key, after.value_or(entry->head), {}, 1, {}, 0});
    lane->lane->mustWrite();
    if (replaysToCome.erase({of.name, key}) != 0) lane->lane->replays().wake();
  }
  if (const auto filter = filtersToCome.extract({of.id, key})) {
    lane->lane->setFilter(std::move(filter.mapped()));
  }
  lane->lane->serve(now);
  touch(*lane);
}

void Dispatcher::Impl::disable(SubscriptionEntry& of, InstanceKey key) {
  filtersToCome.erase({of.id, key});
  auto* entry = instance(key);
  if (!entry || entry->deleting || of.spec.allInstances) return;
  auto* lane = find(*entry, of);
  if (!lane) return;
  if (lane->lane->hasReplays()) replaysToCome.emplace(of.name, key);
  revokeAll(*lane);
  removeLane(*lane);
  operations.push_back(store::RemoveCursor{of.name, key});
}

Result<void> Dispatcher::Impl::resume(InstanceKey key, const std::string& name, Moment now) {
  const auto of = subscriptions.find(name);
  const auto entry = instances.find(key);
  auto* lane = of == subscriptions.end() || entry == instances.end()
                   ? nullptr
                   : find(entry->second, *of->second);
  if (!lane) return Error{Errc::notFound, "there is no such lane"};
  if (!of->second->sink)
    return Error{Errc::conflict, "the lane's plugin is not loaded: load it, then it goes on"};
  if (!lane->lane->serving() && lane->lane->state() != LaneState::suspended)
    return Error{Errc::conflict, "the lane is about to begin or to end; ask again"};
  lane->lane->serve(now);
  touch(*lane);
  return {};
}

Result<void> Dispatcher::Impl::setFilter(SubscriptionId id, InstanceKey key,
                                         std::optional<events::Filter> filter) {
  auto* of = subscription(id);
  if (!of) return Error{Errc::notFound, "there is no such subscription"};
  if (key == 0) return Error{Errc::invalidArgument, "a filter is one instance's"};
  auto* entry = instance(key);
  if (!entry) return Error{Errc::notFound, "there is no such instance"};
  if (auto* lane = find(*entry, *of)) {
    lane->lane->setFilter(std::move(filter));
    touch(*lane);
  } else if (filter) {
    filtersToCome.insert_or_assign({id, key}, std::move(*filter));
  } else {
    filtersToCome.erase({id, key});
  }
  return {};
}

void Dispatcher::Impl::revokeAll(LaneEntry& entry) {
  for (const auto token : tokens.of(entry.id)) {
    tokens.take(token);
    entry.subscription.credit.giveBack(entry);
    outbox.add([sink = entry.subscription.sink, token, key = entry.instance] {
      sink->revoke(token, key);
    });
  }
  touch(entry.subscription);  // others may use its credit
}

void Dispatcher::Impl::removeLane(LaneEntry& entry) {
  entry.subscription.credit.leave(entry);
  if (entry.wakeAtUs != 0) wakes.erase({entry.wakeAtUs, entry.id});
  std::erase(instances[entry.instance].lanes, &entry);
  laneEntries.erase(entry.id);
}

}  // namespace colibri::delivery
