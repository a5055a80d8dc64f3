#include <algorithm>
#include <limits>
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
constexpr std::chrono::milliseconds kMoreSoon{100};

LogExtent::Sample sampleOf(const store::EventRow& row, const Clock& clock) {
  return {row.sequence, clock.keptUs() - inUs(clock.ageOf(row.recordedAtUs)),
          row.body.size() + sizeof(store::EventRow)};
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
      auto rows = impl.store.read(store::ask::Events{key, after, 1, 1});
      if (!rows) {
        impl.enter([&](Moment) { impl.refused("read for the retention", rows.error()); });
        return;  // the next round tries again
      }
      if (rows->empty() || rows->front().sequence > until) break;
      samples.push_back(sampleOf(rows->front(), impl.clock));
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
    limit = found->second.extent.beyond(impl.options.backlogMaxBytes);
    for (const auto* entry : found->second.lanes) {
      const auto low = entry->lane->cursor().low();
      if (low < limit) lanes.emplace_back(entry->id, low);
    }
    return lanes;
  }

  void cutBacklogs(InstanceKey key) {
    std::uint64_t limit = 0;
    for (const auto& [id, low] : overLimit(key, limit)) {
      auto rows = impl.store.read(store::ask::Events{key, low, kCutEvents, kCutBytes});
      impl.enter([&, lane = id, from = low](Moment now) {
        auto* entry = impl.lane(lane);
        if (!rows) impl.refused("read for the backlog cap", rows.error());
        if (!rows || !entry || entry->lane->leaving()) return;
        if (impl.operations.size() >= kMostOperations) {
          more = true;
          return;
        }
        const auto end = rows->empty() ? limit : std::min(limit, rows->back().sequence);
        for (auto& dead : entry->lane->cut(std::move(*rows), end)) {
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
    impl.enter([&](Moment) {
      const auto found = impl.instances.find(key);
      if (found == impl.instances.end() || found->second.deleting) return;
      auto& entry = found->second;
      lookForOverdue(entry);
      auto floor = entry.head;
      for (const auto* lane : entry.lanes) floor = std::min(floor, lane->lane->cursor().low());
      const auto target = droppable(rules(), entry.extent, floor);
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

  /// While the disk is nearly full, nothing is kept for replays.
  RetentionRules rules() const {
    const auto& limits = impl.options;
    if (impl.diskIsLow) return {std::numeric_limits<std::int64_t>::max(), 0};
    return {impl.clock.keptUs() - inUs(limits.keepFor), limits.keepMaxBytes};
  }

  /// Says once which lanes have an event that waits for long; under the lock.
  void lookForOverdue(const InstanceEntry& entry) {
    const auto old =
        entry.extent.olderThan(impl.clock.keptUs() - inUs(impl.options.backlogWarnAge));
    for (auto* lane : entry.lanes) {
      const bool overdue = lane->lane->cursor().low() < old;
      if (!overdue || std::exchange(lane->overdue, overdue)) {
        lane->overdue = overdue;
        continue;
      }
      impl.outbox.add([name = lane->subscription.name, key = lane->instance,
                       hours = std::int64_t{impl.options.backlogWarnAge.count()}] {
        log::write(log::Level::warn, "delivery",
                   "events wait for their receiver for long; they are kept",
                   {{"subscription", name}, {"instance", key}, {"hours", hours}});
      });
    }
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
  if (round.cut > 0) {
    log::write(log::Level::error, "delivery",
               "backlogs are larger than they may be: the oldest events "
               "are dead letters without their bodies",
               {{"events", round.cut}});
  }
  enter([&](Moment now) { sweepLater(round.more ? kMoreSoon : options.sweepEvery, now); });
}

}  // namespace colibri::delivery
