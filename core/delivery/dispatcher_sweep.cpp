#include <algorithm>
#include <utility>

#include "delivery/dispatcher_impl.hpp"
#include "log/log.hpp"

namespace colibri::delivery {
namespace {

constexpr std::uint64_t kSweepStrand = ~std::uint64_t{0};
constexpr std::uint64_t kSamples = 16;
constexpr std::uint32_t kCutEvents = 256;
constexpr std::size_t kCutBytes = std::size_t{1} << 20;
constexpr std::uint64_t kDropEvents = 1'000;
constexpr std::size_t kMostOperations = 2'048;  ///< waiting for the store: no more is cut meanwhile
constexpr std::int64_t kDropExpiredUs = std::int64_t{3'600} * 1'000'000;
constexpr std::chrono::milliseconds kMoreSoon{100};

LogExtent::Sample sampleOf(const store::EventRow& row) {
  return {row.sequence, row.recordedAtUs, row.body.size() + sizeof(store::EventRow)};
}

}  // namespace

/// One round over all instances: learns what the log holds, cuts backlogs that are over their
/// limit, drops what every lane has passed. Small steps; it comes back soon while there is more to
/// do.
struct Dispatcher::Impl::Sweep {
  Impl& impl;
  bool more = false;
  std::uint64_t cut = 0;

  bool running() const {
    const std::lock_guard lock(impl.mutex);
    return !impl.stopping;
  }

  /// Events from before this process, by a few of them.
  void sample(InstanceKey key, std::uint64_t until) {
    std::vector<LogExtent::Sample> samples;
    std::uint64_t after = 0, step = 0;
    while (after < until) {
      auto rows = impl.store.events(key, after, 1, 1);
      if (!rows) {
        impl.enter([&](Moment) { impl.refused("read for the retention", rows.error()); });
        return;  // the next round tries again
      }
      if (rows->empty() || rows->front().sequence > until) break;
      samples.push_back(sampleOf(rows->front()));
      const auto at = samples.back().sequence;
      if (step == 0) step = std::max<std::uint64_t>((until - at) / kSamples, 1);
      if (at == until) break;
      after = std::min(at + step, until) - 1;
    }
    const std::lock_guard lock(impl.mutex);
    const auto found = impl.instances.find(key);
    if (found == impl.instances.end()) return;
    found->second.sampled = true;
    found->second.extent.sampled(samples);
    found->second.droppedTo = samples.empty() ? until : samples.front().sequence - 1;
  }

  /// Lanes that are behind the limit, with their low marks.
  std::vector<std::pair<LaneId, std::uint64_t>> overLimit(InstanceKey key, std::uint64_t& limit) {
    const std::lock_guard lock(impl.mutex);
    std::vector<std::pair<LaneId, std::uint64_t>> lanes;
    const auto found = impl.instances.find(key);
    if (found == impl.instances.end() || found->second.deleting) return lanes;
    limit = backlogLimit(rules(), found->second.extent, Moment::of(impl.clock).wallUs);
    for (const auto* entry : found->second.lanes) {
      const auto low = entry->lane->cursor().low();
      if (low < limit) lanes.emplace_back(entry->id, low);
    }
    return lanes;
  }

  void cutBacklogs(InstanceKey key) {
    std::uint64_t limit = 0;
    for (const auto& [id, low] : overLimit(key, limit)) {
      auto rows = impl.store.events(key, low, kCutEvents, kCutBytes);
      impl.enter([&, lane = id, from = low](Moment now) {
        auto* entry = impl.lane(lane);
        if (!rows) impl.refused("read for the backlog cap", rows.error());
        if (!rows || !entry || entry->lane->leaving()) return;
        if (impl.operations.size() >= kMostOperations) {
          more = true;
          return;
        }
        const auto end = rows->empty() ? limit : std::min(limit, rows->back().sequence);
        for (auto& dead : entry->lane->cut(std::move(*rows), end, now)) {
          ++entry->deadLetters;
          ++cut;
          impl.operations.push_back(
              store::AddDeadLetter{deadLetter(entry->subscription.name, std::move(dead), now)});
        }
        more = more || (entry->lane->cursor().low() > from && entry->lane->cursor().low() < limit);
        impl.touch(*entry);
      });
    }
  }

  void dropOld(InstanceKey key) {
    impl.enter([&](Moment now) {
      const auto found = impl.instances.find(key);
      if (found == impl.instances.end() || found->second.deleting) return;
      auto& entry = found->second;
      auto floor = entry.head;
      for (const auto* lane : entry.lanes) floor = std::min(floor, lane->lane->cursor().low());
      const auto target = droppable(rules(), entry.extent, floor, now.wallUs);
      if (target <= entry.droppedTo) return;
      more = more || entry.dropUnderWay != 0;
      if (entry.dropUnderWay != 0) return;
      const auto upTo = std::min(target, entry.droppedTo + kDropEvents);
      entry.dropUnderWay = upTo;
      more = more || upTo < target;
      impl.outbox.add([self = impl.shared_from_this(), key, upTo] {
        self->store.submit({store::DropEvents{key, upTo}},
                           [self, key, upTo](Result<store::Committed> result) {
                             self->enter([&](Moment) { dropped(*self, key, upTo, result); });
                           });
      });
    });
  }

  static void dropped(Impl& impl, InstanceKey key, std::uint64_t upTo,
                      const Result<store::Committed>& result) {
    if (!result) impl.refused("drop of old events", result.error());
    const auto found = impl.instances.find(key);
    if (found == impl.instances.end()) return;
    auto& entry = found->second;
    entry.dropUnderWay = 0;
    if (!result) return;
    impl.counters.eventsDropped += upTo - entry.droppedTo;
    entry.droppedTo = upTo;
    entry.extent.dropped(upTo);
  }

  void dropExpired() {
    impl.enter([&](Moment now) {
      if (now.wallUs - impl.expiredDroppedAtUs < kDropExpiredUs) return;
      impl.expiredDroppedAtUs = now.wallUs;
      impl.outbox.add([self = impl.shared_from_this(), now] {
        self->store.submit(
            {store::DropExpired{now.wallUs}}, [self](Result<store::Committed> result) {
              if (result) return;
              self->enter([&](Moment) { self->refused("drop of expired rows", result.error()); });
            });
      });
    });
  }

  RetentionRules rules() const {
    const auto& limits = impl.options;
    return {inUs(limits.keepFor), inUs(limits.backlogMaxAge), limits.keepMaxBytes,
            limits.backlogMaxBytes};
  }
};

void Dispatcher::Impl::sweepLater(std::chrono::milliseconds wait, Moment now) {
  later(now.steadyUs + inUs(wait), [this](Moment) {
    postTask(kSweepStrand, "delivery sweep", [self = shared_from_this()] { self->sweep(); });
  });
}

void Dispatcher::Impl::sweep() {
  struct Item {
    InstanceKey key = 0;
    std::uint64_t sampleUntil = 0;  ///< 0 = known already
  };
  std::vector<Item> items;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [key, entry] : instances) {
      items.push_back({key, entry.sampled ? 0 : entry.headAtStart});
    }
  }
  Sweep round{*this};
  for (const auto& [key, sampleUntil] : items) {
    if (!round.running()) return;
    if (sampleUntil != 0) round.sample(key, sampleUntil);
    round.cutBacklogs(key);
    round.dropOld(key);
  }
  round.dropExpired();
  if (round.cut > 0) {
    log::write(log::Level::error, "delivery",
               "backlogs are over their limit: the oldest events "
               "are dead letters without their bodies",
               {{"events", round.cut}});
  }
  enter([&](Moment now) { sweepLater(round.more ? kMoreSoon : options.sweepEvery, now); });
}

}  // namespace colibri::delivery
