#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "delivery/dispatcher_impl.hpp"
#include "log/log.hpp"

namespace colibri::delivery {
namespace {

constexpr std::size_t kReadsAtOnce = 4;
// While all windows together hold too much.
constexpr std::uint32_t kSmallPageEvents = 8;
constexpr std::size_t kSmallPageBytes = 64 * 1024;

AttemptEntry::End endOf(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::laneFailure:
      return AttemptEntry::End::laneFailure;
    case Outcome::Kind::eventFailure:
      return AttemptEntry::End::eventFailure;
    case Outcome::Kind::gone:
      return AttemptEntry::End::gone;
    case Outcome::Kind::ok:
    case Outcome::Kind::returned:
      break;
  }
  return AttemptEntry::End::delivered;
}

}  // namespace

void Dispatcher::Impl::appended(const events::EventPtr& event, Moment now) {
  const auto key = event->instance();
  auto* entry = instance(key);
  if (!entry || entry->deleting) return;
  coverAllInstances(key, *entry, now);
  if (event->sequence() == 0) {
    for (auto* lane : entry->lanes) {
      lane->lane->offerEphemeral(event);
      touch(*lane);
    }
    return;
  }
  const auto previous = std::exchange(entry->head, std::max(entry->head, event->sequence()));
  if (event->sequence() <= previous) return;  // start() saw it in the store
  entry->extent.appended({event->sequence(), clock.keptUs(), event->bytes()});
  for (auto* lane : entry->lanes) {
    lane->lane->offer(event, previous, memory < options.memoryBytes, now);
    touch(*lane);
  }
}

void Dispatcher::Impl::touch(LaneEntry& entry) {
  if (!std::exchange(entry.touched, true)) touchedLanes.push_back(entry.id);
}

void Dispatcher::Impl::touch(SubscriptionEntry& entry) {
  if (!std::exchange(entry.touched, true)) touchedSubscriptions.push_back(&entry);
}

/// Brings about what follows from what was just decided.
void Dispatcher::Impl::settle(Moment now) {
  if (stopping) return;
  while (!touchedLanes.empty() || !touchedSubscriptions.empty()) {
    while (!touchedLanes.empty()) {
      auto* entry = lane(touchedLanes.front());
      touchedLanes.pop_front();
      if (!entry) continue;
      entry->touched = false;
      refresh(*entry, now);
    }
    if (touchedSubscriptions.empty()) break;
    auto* of = touchedSubscriptions.front();
    touchedSubscriptions.pop_front();
    of->touched = false;
    if (of->sink) pump(*of, now);
  }
  startReads(now);
  flush(now);
  armTimer(now);
}

/// What the lane wants now: credit, a page, to be woken, to be written.
void Dispatcher::Impl::refresh(LaneEntry& entry, Moment now) {
  auto& logic = *entry.lane;
  auto& credit = entry.subscription.credit;
  if (logic.serving() || logic.leaving()) {
    credit.join(entry);
  } else {
    credit.leave(entry);
  }
  if (logic.ready(now)) {
    credit.want(entry);
    touch(entry.subscription);
  }
  const auto head = instances[entry.instance].head;
  if (!entry.readQueued && (logic.wish(head, now) || logic.wantsReplays(head, now))) {
    entry.readQueued = true;
    readQueue.push_back(entry.id);
  }
  const auto wakeAt = logic.wakeAtUs(now).value_or(0);
  if (wakeAt != entry.wakeAtUs) {
    if (entry.wakeAtUs != 0) wakes.erase({entry.wakeAtUs, entry.id});
    if (wakeAt != 0) wakes.emplace(wakeAt, entry.id);
    entry.wakeAtUs = wakeAt;
  }
  markDirty(entry, now);
}

void Dispatcher::Impl::pump(SubscriptionEntry& of, Moment now) {
  while (auto* seat = of.credit.next()) {
    auto& entry = static_cast<LaneEntry&>(*seat);
    if (entry.lane->ready(now)) handOver(entry, now);
    refresh(entry, now);
  }
  of.touched = false;
  std::erase(touchedSubscriptions, &of);
}

void Dispatcher::Impl::handOver(LaneEntry& entry, Moment now) {
  const auto& spec = entry.subscription.spec;
  auto handed = entry.lane->take(now);
  auto within = inUs(spec.ackTimeout);
  if (handed.kind == Handed::Kind::farewell) {
    within = std::min(within, instances[entry.instance].farewellUntilUs - now.steadyUs);
  }
  Attempt attempt;
  attempt.subscription = entry.subscription.id;
  attempt.number = handed.number;
  attempt.deadlineUs = now.wallUs + within;
  auto event = handed.event;
  attempt.token = tokens.issue({entry.id, std::move(handed), now.steadyUs + within, now.steadyUs});
  entry.subscription.credit.take(entry);
  outbox.add([sink = entry.subscription.sink, event = std::move(event), attempt]() mutable {
    sink->deliver(std::move(event), attempt);
  });
}

void Dispatcher::Impl::startReads(Moment now) {
  while (readsUnderWay < kReadsAtOnce && !readQueue.empty()) {
    auto* entry = lane(readQueue.front());
    readQueue.pop_front();
    if (!entry) continue;
    entry->readQueued = false;
    const auto head = instances[entry->instance].head;
    if (entry->lane->wantsReplays(head, now)) readReplays(*entry);
    auto wish = entry->lane->wish(head, now);
    if (!wish) continue;
    if (memory >= options.memoryBytes) {
      wish->limit = std::min(wish->limit, kSmallPageEvents);
      wish->bytes = std::min(wish->bytes, kSmallPageBytes);
    }
    read(*entry, *wish);
  }
}

void Dispatcher::Impl::read(LaneEntry& entry, const ReadWish& wish) {
  ++readsUnderWay;
  const auto head = instances[entry.instance].head;
  const auto name = entry.lane->readBegan();
  postTask(entry.id, "delivery read",
           [self = shared_from_this(), id = entry.id, key = entry.instance, wish, head, name] {
             auto page = self->log->read(key, wish.after, wish.limit, wish.bytes);
             self->enter([&](Moment now) {
               --self->readsUnderWay;
               ++self->counters.pagesRead;
               auto* lane = self->lane(id);
               if (!page) self->refused("read", page.error());
               if (!lane) return;
               if (!page) {
                 lane->lane->readFailed(name, now);
               } else {
                 // Nothing there: retention or a cut took it.
                 const auto upTo = page->empty() ? head : page->back()->sequence();
                 lane->lane->page(name, *page, upTo, now);
               }
               self->touch(*lane);
             });
           });
}

void Dispatcher::Impl::done(std::uint64_t token, Outcome& outcome, Moment now) {
  if (stopping) return;
  const auto attempt = tokens.take(token);
  if (!attempt) {
    if (counters.lateAnswers++ == 0) {
      outbox.add([token] {
        log::write(log::Level::info, "delivery", "an answer came late, or twice; more are counted",
                   {{"token", token}});
      });
    }
    return;
  }
  auto* entry = lane(attempt->lane);
  COLIBRI_ASSERT(entry != nullptr);
  entry->subscription.credit.giveBack(*entry);
  auto verdict = entry->lane->answered(attempt->handed, outcome, now);
  if (outcome.kind != Outcome::Kind::returned)
    note(*entry, *attempt, endOf(outcome.kind), &outcome, now);
  follow(*entry, std::move(verdict), now);
}

void Dispatcher::Impl::expire(std::uint64_t token, Moment now) {
  const auto attempt = tokens.take(token);
  auto* entry = lane(attempt->lane);
  COLIBRI_ASSERT(entry != nullptr);
  outbox.add([sink = entry->subscription.sink, token, key = entry->instance] {
    sink->revoke(token, key);
  });
  entry->subscription.credit.giveBack(*entry);
  note(*entry, *attempt, AttemptEntry::End::unanswered, nullptr, now);
  follow(*entry, entry->lane->unanswered(attempt->handed, now), now);
}

void Dispatcher::Impl::follow(LaneEntry& entry, Verdict verdict, Moment now) {
  if (verdict.burial) {
    ++entry.deadLetters;
    bury(entry.id, entry.subscription.name, std::move(*verdict.burial));
  }
  if (verdict.replayed) settleReplay(entry.id, std::move(*verdict.replayed), now);
  if (verdict.suspended) announce(entry, now);
  touch(entry);
  touch(entry.subscription);
  if (entry.lane->leaving()) checkFarewell(instances[entry.instance]);
}

void Dispatcher::Impl::later(std::int64_t atUs, Function<void(Moment)> call) {
  calls.emplace(atUs, std::move(call));
}

void Dispatcher::Impl::onTimer(Moment now) {
  armedForUs = 0;
  while (const auto token = tokens.nextExpired(now.steadyUs)) expire(*token, now);
  while (!wakes.empty() && wakes.begin()->first <= now.steadyUs) {
    auto* entry = lane(wakes.begin()->second);
    wakes.erase(wakes.begin());
    if (!entry) continue;
    entry->wakeAtUs = 0;
    touch(*entry);
  }
  while (!calls.empty() && calls.begin()->first <= now.steadyUs) {
    auto node = calls.extract(calls.begin());
    node.mapped()(now);
  }
}

void Dispatcher::Impl::armTimer(Moment now) {
  auto earliest = tokens.earliestUs();
  const auto consider = [&earliest](std::int64_t atUs) {
    if (!earliest || atUs < *earliest) earliest = atUs;
  };
  if (!wakes.empty()) consider(wakes.begin()->first);
  if (!calls.empty()) consider(calls.begin()->first);
  if (!earliest || (armedForUs != 0 && armedForUs <= *earliest)) return;
  armedForUs = *earliest;
  const auto waitUs = std::max<std::int64_t>(*earliest - now.steadyUs, 0);
  outbox.add([this, wait = std::chrono::milliseconds((waitUs + 999) / 1000)] {
    if (timer != 0) timers.cancel(timer);
    timer = timers.after(wait, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->enter([&self](Moment at) {
          if (!self->stopping) self->onTimer(at);
        });
      }
    });
  });
}

}  // namespace colibri::delivery
