#include <utility>

#include "delivery/dispatcher_impl.hpp"
#include "events/expiry.hpp"

namespace colibri::delivery {
namespace {

constexpr std::uint32_t kPageLetters = 16;
constexpr std::size_t kPageBytes = std::size_t{256} * 1024;

Result<ReplayPage> readPage(LogSource& log, store::Store& store, const std::string& subscription,
                            InstanceKey instance, std::uint32_t limit, const Clock& clock) {
  auto letters =
      store.read(store::ask::MarkedDeadLetters{subscription, instance, limit, kPageBytes});
  if (!letters) return letters.error();
  ReplayPage page;
  page.more = !letters->empty();
  for (auto& letter : *letters) {
    auto event = eventOf(log, letter);
    if (!event && event.error().retryable()) return event.error();
    if (event && events::hasExpired((*event)->data(), clock))
      event = Error{Errc::rejected, "the event expired before it could be delivered again"};
    if (event)
      page.replays.push_back({letter.id, letter.attempts, std::move(*event), 0});
    else
      page.inVain.push_back(store::ReturnDeadLetter{letter.id, event.error().message,
                                                    letter.attempts, clock.nowUs()});
  }
  return page;
}

}  // namespace

/// [locks]
void Dispatcher::Impl::replaysRead(LaneId id, std::uint64_t read, Result<ReplayPage> page) {
  enter([&](Moment now) {
    --readsUnderWay;
    auto* entry = lane(id);
    if (!page) refused("read of dead letters to deliver again", page.error());
    if (!entry) return;
    if (page)
      entry->lane->replays().page(read, std::move(page->replays), page->more);
    else
      entry->lane->replayReadFailed(read, now);
    touch(*entry);
  });
}

void Dispatcher::Impl::wakeReplays(InstanceKey key, const std::string& subscription) {
  auto* entry = instance(key);
  if (!entry) return;
  auto* lane = find(*entry, subscriptionNamed(subscription));
  if (!lane) {
    replaysToCome.emplace(subscription, key);
    return;
  }
  lane->lane->replays().wake();
  touch(*lane);
}

void Dispatcher::Impl::letReplaysGo(InstanceKey key) {
  const auto found = instances.find(key);
  if (found == instances.end()) return;
  for (auto* lane : found->second.lanes) {
    if (!lane->lane->hasReplays()) continue;
    lane->lane->replays().letGo();
    touch(*lane);
  }
}

void Dispatcher::Impl::readReplays(LaneEntry& entry) {
  ++readsUnderWay;
  const auto read = entry.lane->replays().readBegan();
  const auto limit = memory < options.memoryBytes ? kPageLetters : 1;
  postTask(entry.id, "delivery replays",
           [self = shared_from_this(), id = entry.id, name = entry.subscription.name,
            key = entry.instance, read, limit] {
             auto page = readPage(*self->log, self->store, name, key, limit, self->clock);
             if (page && !page->inVain.empty()) {
               // Written down first: whoever reads next does not find them again.
               auto batch = std::move(page->inVain);
               self->store.submit(std::move(batch),
                                  [self, id, read, page = std::move(*page)](
                                      const Result<store::Committed>& written) mutable {
                                    if (written)
                                      return self->replaysRead(id, read, std::move(page));
                                    self->replaysRead(id, read, written.error());
                                  });
               return;
             }
             self->replaysRead(id, read, std::move(page));
           });
}

void Dispatcher::Impl::settleReplay(LaneId id, Replayed replayed, Moment now) {
  store::Operation change = store::RemoveDeadLetter{replayed.letter};
  if (!replayed.inVain.empty())
    change =
        store::ReturnDeadLetter{replayed.letter, replayed.inVain, replayed.attempts, now.wallUs};
  outbox.add([self = shared_from_this(), id, replayed = std::move(replayed),
              change = std::move(change)]() mutable {
    self->store.submit({std::move(change)}, [self, id, replayed = std::move(replayed)](
                                                Result<store::Committed> written) mutable {
      self->enter([&](Moment at) {
        auto* entry = self->lane(id);
        if (!entry || entry->lane->leaving()) return;
        if (written) {
          entry->lane->replays().settled();
          return self->touch(*entry);
        }
        self->refused("write of a replayed dead letter", written.error());
        self->later(at.steadyUs + kAgainUs,
                    [impl = self.get(), id, replayed = std::move(replayed)](Moment then) {
                      if (impl->lane(id)) impl->settleReplay(id, replayed, then);
                    });
      });
    });
  });
}

}  // namespace colibri::delivery
