#include <algorithm>
#include <utility>

#include "delivery/dispatcher_impl.hpp"
#include "delivery/suspended_event.hpp"
#include "log/log.hpp"

namespace colibri::delivery {
namespace {

constexpr std::size_t kLanesPerFlush = 512;
// A cursor that only passed what nobody wanted is not worth a commit of its own.
constexpr std::int64_t kLazyUs = 2'000'000;
constexpr std::uint64_t kTellEvery = 1'000;

InstanceKey instanceOf(const store::Operation& operation) {
  if (const auto* removed = std::get_if<store::RemoveCursor>(&operation)) return removed->instance;
  if (const auto* put = std::get_if<store::PutCursor>(&operation)) return put->row.instance;
  if (const auto* dead = std::get_if<store::AddDeadLetter>(&operation)) return dead->row.instance;
  return 0;
}

}  // namespace

void Dispatcher::Impl::markDirty(LaneEntry& entry, Moment now) {
  const auto how = entry.lane->dirty();
  if ((how == Lane::Dirty::now || (stopping && how != Lane::Dirty::no)) &&
      !std::exchange(entry.dirty, true)) {
    dirtyLanes.push_back(entry.id);
  }
  if (how != Lane::Dirty::lazily || stopping || std::exchange(entry.dirtyLazily, true)) return;
  lazyLanes.push_back(entry.id);
  if (std::exchange(lazyArmed, true)) return;
  later(now.steadyUs + kLazyUs, [this](Moment) {
    lazyArmed = false;
    for (const auto id : std::exchange(lazyLanes, {})) {
      auto* lane = this->lane(id);
      if (!lane) continue;
      lane->dirtyLazily = false;
      if (lane->lane->dirty() == Lane::Dirty::no) continue;
      lane->lane->mustWrite();
      touch(*lane);
    }
  });
}

bool Dispatcher::Impl::going(InstanceKey key) const {
  if (key == 0) return false;
  const auto found = instances.find(key);
  return found == instances.end() ? forgotten.contains(key) : found->second.deleting;
}

/// Acknowledgements alone are not worth a commit each, which syncs the disk.
bool Dispatcher::Impl::gathers(Moment now) {
  const auto within = inUs(options.gatherFor);
  if (within == 0 || stopping || dirtyLanes.empty() || !operations.empty()) return false;
  if (gatherUntilUs == 0) {
    gatherUntilUs = now.steadyUs + within;
    later(gatherUntilUs, [](Moment) {});  // it is flushed behind it
  }
  return now.steadyUs < gatherUntilUs;
}

/// One write at a time: what becomes dirty while it is under way goes with the next.
void Dispatcher::Impl::flush(Moment now) {
  if (flushing || stopped || (flushAgainUs != 0 && !stopping) || gathers(now)) return;
  gatherUntilUs = 0;
  // Nothing of an instance that is being deleted: the purge must find the last word spoken.
  std::erase_if(operations, [this](const auto& op) { return going(instanceOf(op)); });
  auto batch = std::exchange(operations, {});
  auto again = batch;
  std::vector<LaneId> lanes;
  while (!dirtyLanes.empty() && lanes.size() < kLanesPerFlush) {
    auto* entry = lane(dirtyLanes.front());
    dirtyLanes.pop_front();
    if (!entry) continue;
    entry->dirty = false;
    if (going(entry->instance)) continue;
    batch.emplace_back(store::PutCursor{entry->lane->write()});
    lanes.push_back(entry->id);
  }
  if (batch.empty()) return;
  flushing = true;
  outbox.add([self = shared_from_this(), batch = std::move(batch), lanes = std::move(lanes),
              again = std::move(again)]() mutable {
    self->store.submit(std::move(batch), [self, lanes = std::move(lanes), again = std::move(again)](
                                             const Result<store::Committed>& result) mutable {
      self->enter([&](Moment at) { self->flushed(lanes, std::move(again), result, at); });
    });
  });
}

void Dispatcher::Impl::flushed(const std::vector<LaneId>& lanes, store::Batch again,
                               const Result<store::Committed>& result, Moment now) {
  flushing = false;
  changed.notify_all();
  if (result) {
    storeTrouble = 0;
    counters.cursorWrites += lanes.size();
    return;
  }
  refused("write of cursors", result.error());
  operations.insert(operations.begin(), std::make_move_iterator(again.begin()),
                    std::make_move_iterator(again.end()));
  for (const auto id : lanes) {
    if (auto* entry = lane(id)) {
      entry->lane->mustWrite();
      touch(*entry);
    }
  }
  flushAgainUs = now.steadyUs + kAgainUs;
  later(flushAgainUs, [this](Moment) { flushAgainUs = 0; });
}

/// Fetches the event's row as it lies in the log and writes it down with the cursor that passes it.
void Dispatcher::Impl::bury(LaneId id, const std::string& subscription, Burial burial) {
  postTask(id, "delivery dead letter",
           [self = shared_from_this(), id, subscription, burial = std::move(burial)]() mutable {
             const auto key = burial.event->instance();
             auto rows = self->store.read(store::ask::Events{key, burial.sequence - 1, 1, 1});
             self->enter([&](Moment at) {
               auto* entry = self->lane(id);
               if (!entry || entry->lane->leaving()) return;
               if (!rows) {
                 self->refused("read for a dead letter", rows.error());
                 self->later(at.steadyUs + kAgainUs, [self = self.get(), id, subscription,
                                                      burial = std::move(burial)](Moment) mutable {
                   self->bury(id, subscription, std::move(burial));
                 });
                 return;
               }
               std::optional<store::EventRow> row;
               if (!rows->empty() && rows->front().sequence == burial.sequence) {
                 row = std::move(rows->front());
               }
               self->operations.push_back(
                   store::AddDeadLetter{deadLetter(subscription, burial, std::move(row), at)});
               entry->lane->buried(burial.sequence);
               self->touch(*entry);
             });
           });
}

/// Tells the log of a suspension; only then is it written down as one.
void Dispatcher::Impl::announce(LaneEntry& entry, Moment now) {
  LaneView view;
  entry.lane->show(view);
  outbox.add([view] {
    log::write(log::Level::warn, "delivery", "a lane is suspended",
               {{"subscription", view.subscription},
                {"instance", view.instance},
                {"reason", view.reason}});
  });
  const auto since = view.failingSinceUs != 0 ? view.failingSinceUs : now.wallUs;
  auto draft = suspendedEvent(view.subscription, view.reason, since);
  outbox.add([self = shared_from_this(), id = entry.id, key = entry.instance,
              draft = std::move(draft)]() mutable {
    std::vector<events::Draft> drafts;
    drafts.push_back(std::move(draft));
    const auto tell = [self, id](const std::optional<Error>& error) {
      self->enter([&](Moment at) { self->announced(id, error, at); });
    };
    const auto asked = self->log->append(
        key, std::move(drafts), [tell](const Result<events::EventLog::Appended>& result) {
          tell(result ? std::nullopt : std::optional(result.error()));
        });
    if (!asked) tell(asked.error());
  });
}

void Dispatcher::Impl::announced(LaneId id, const std::optional<Error>& error, Moment now) {
  auto* entry = lane(id);
  if (!entry || entry->lane->state() != LaneState::suspended) return;
  if (error && error->retryable()) {
    refused("event about a suspension", *error);
    later(now.steadyUs + 5 * kAgainUs, [this, id](Moment then) {
      auto* again = lane(id);
      if (again && again->lane->state() == LaneState::suspended) announce(*again, then);
    });
    return;
  }
  if (error) refused("event about a suspension", *error);
  entry->lane->announced();
  touch(*entry);
}

void Dispatcher::Impl::refused(const char* what, const Error& error) {
  ++counters.storeRefusals;
  if (storeTrouble++ % kTellEvery != 0) return;
  outbox.add([what, message = error.message] {
    log::write(log::Level::warn, "delivery", "the store refused; it is tried again",
               {{"what", what}, {"error", message}});
  });
}

}  // namespace colibri::delivery
