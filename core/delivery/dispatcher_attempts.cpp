#include <iterator>
#include <utility>

#include "delivery/dispatcher_impl.hpp"

namespace colibri::delivery {
namespace {

constexpr std::uint64_t kAttemptsStrand = ~std::uint64_t{1};
constexpr std::int64_t kWriteAfterUs = 1'000'000;
// A second's: more than endpoints usually take, and little beside what the store can write.
constexpr std::size_t kEntriesPerWrite = 2'000;

/// The rows of a write, whose numbers go on from what the store has. [Blocking] if that is unknown.
Result<store::Batch> rowsOf(store::Store& store, AttemptLog::Write& write) {
  if (!write.last) {
    const auto before = store.read(store::ask::Attempts{write.subscription, write.instance, 1});
    if (!before) return before.error();
    write.last = before->empty() ? 0 : before->front().number;
  }
  store::Batch batch;
  for (const auto& entry : *write.entries) {
    batch.push_back(
        store::PutAttempt{{write.subscription, write.instance, ++*write.last, textOf(entry)}});
  }
  return batch;
}

}  // namespace

void Dispatcher::Impl::note(LaneEntry& entry, const TokenTable::Attempted& attempted,
                            AttemptEntry::End end, Outcome* outcome, Moment now) {
  if (entry.lane->leaving()) return;
  const auto& event = attempted.handed.event->data();
  auto& made = fresh.add();
  made.subscription = &entry.subscription.name;
  made.instance = entry.instance;
  made.endedAtUs = now.wallUs;
  made.latencyUs = now.steadyUs - attempted.handedAtUs;
  made.sequence = event.sequence;
  made.number = attempted.handed.number;
  made.httpStatus = static_cast<std::int16_t>(outcome ? outcome->httpStatus : 0);
  made.end = end;
  made.confidential = outcome && outcome->confidential;
  made.replay = attempted.handed.kind == Handed::Kind::replay;
  made.rest.reset();
  made.eventId.assign(event.eventId);  // a ULID
  const bool shortType = made.typeName.assign(event.typeName);
  const bool said = outcome && !(outcome->detail.empty() && outcome->response.empty());
  if (said || !shortType) {
    made.rest = std::make_unique<FreshAttempts::Rest>();
    if (!shortType) made.rest->longType = event.typeName;
    if (said) made.rest->detail = std::move(outcome->detail);
    if (said) made.rest->response = std::move(outcome->response);
  }
  if (attemptsDue || stopping) return;
  attemptsDue = true;
  later(now.steadyUs + kWriteAfterUs, [this](Moment) { writeAttempts(); });
}

/// One write at a time; what comes meanwhile goes with the next.
void Dispatcher::Impl::writeAttempts() {
  postTask(kAttemptsStrand, "delivery attempts", [self = shared_from_this()] {
    self->submitAttempts(self->takeAttempts(kEntriesPerWrite));
  });
}

std::vector<AttemptLog::Write> Dispatcher::Impl::takeAttempts(std::size_t most) {
  const std::lock_guard attemptsLock(attemptsMutex);
  {
    const std::lock_guard lock(mutex);
    fresh.swap(lookedAt);
  }
  lookedAt.each([this](const FreshAttempts::Fresh& one) {
    attempts.note(*one.subscription, one.instance, one.entry());
  });
  lookedAt.clear();
  auto writes = attempts.take(most);
  const std::lock_guard lock(mutex);
  // The purge of an instance must find the last word spoken.
  std::erase_if(writes, [this](const auto& write) {
    if (!going(write.instance)) return false;
    attempts.forget(write.instance);
    return true;
  });
  return writes;
}

void Dispatcher::Impl::submitAttempts(std::vector<AttemptLog::Write> writes) {
  store::Batch batch;
  for (auto& write : writes) {
    auto rows = rowsOf(store, write);
    if (!rows) return attemptsWritten(writes, rows.error());
    std::move(rows->begin(), rows->end(), std::back_inserter(batch));
  }
  if (batch.empty()) return attemptsWritten(writes, std::nullopt);
  enter([&](Moment) {
    std::erase_if(batch, [this](const auto& put) {
      return going(std::get<store::PutAttempt>(put).row.instance);
    });
    outbox.add([self = shared_from_this(), batch = std::move(batch),
                writes = std::move(writes)]() mutable {
      self->store.submit(std::move(batch), [self, writes = std::move(writes)](
                                               const Result<store::Committed>& result) mutable {
        self->attemptsWritten(writes, result ? std::nullopt : std::optional(result.error()));
      });
    });
  });
}

void Dispatcher::Impl::attemptsWritten(const std::vector<AttemptLog::Write>& writes,
                                       const std::optional<Error>& error) {
  bool more = false;
  {
    const std::lock_guard attemptsLock(attemptsMutex);
    for (const auto& write : writes) attempts.written(write, !error);
    more = attempts.hasWaiting();
  }
  enter([&](Moment now) {
    if (error) refused("write of attempts", *error);
    attemptsDue = more || !fresh.empty();
    if (!attemptsDue || stopping) return;
    later(now.steadyUs + kWriteAfterUs, [this](Moment) { writeAttempts(); });
  });
}

std::vector<AttemptEntry> Dispatcher::Impl::attemptsNotStored(InstanceKey key,
                                                              const std::string& subscription) {
  const std::lock_guard attemptsLock(attemptsMutex);
  auto entries = attempts.notStored(subscription, key);
  const std::lock_guard lock(mutex);
  fresh.each([&](const FreshAttempts::Fresh& one) {
    if (one.instance == key && *one.subscription == subscription) entries.push_back(one.entry());
  });
  return entries;
}

}  // namespace colibri::delivery
