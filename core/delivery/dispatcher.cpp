#include "delivery/dispatcher.hpp"

#include <limits>
#include <utility>

#include "base/assert.hpp"
#include "delivery/dispatcher_impl.hpp"
#include "log/log.hpp"

namespace colibri::delivery {
namespace {

constexpr std::size_t kCallsAtOnce = 1024;
constexpr std::chrono::seconds kLastWriteWithin{10};

std::uint64_t seedOf(const Dispatcher::Options& options) {
  if (options.seed != 0) return options.seed;
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

Dispatcher::Impl::Impl(std::shared_ptr<LogSource> logSource, store::Store& s, exec::Timers& t,
                       exec::Executor& r, const Clock& c, Options o)
    : log(std::move(logSource)),
      store(s),
      timers(t),
      readers(r),
      clock(c),
      options(o),
      random(seedOf(o)) {}

void Dispatcher::Impl::makeCalls(std::unique_lock<std::mutex>& lock) {
  if (!outbox.drain(lock, kCallsAtOnce)) return;
  // This thread has done its share; it may be the store's or a sink's.
  lock.unlock();
  readers.post({this, 0}, "delivery calls", [self = shared_from_this()] {
    std::unique_lock again(self->mutex);
    self->makeCalls(again);
  });
}

bool Dispatcher::Impl::beginTask() {
  const std::lock_guard lock(mutex);
  if (stopping) return false;
  ++tasks;
  return true;
}

void Dispatcher::Impl::endTask() {
  const std::lock_guard lock(mutex);
  --tasks;
  changed.notify_all();
}

void Dispatcher::Impl::postTask(std::uint64_t strand, const char* what, Function<void()> task) {
  outbox.add([self = shared_from_this(), strand, what, task = std::move(task)]() mutable {
    auto run = [self, task = std::move(task)]() mutable {
      if (!self->beginTask()) return;
      task();
      self->endTask();
    };
    self->readers.post({self.get(), strand}, what, std::move(run));
  });
}

Result<void> Dispatcher::Impl::start() {
  auto rows = store.read(store::ask::Cursors{});
  if (!rows) return rows.error();
  const auto letters = store.read(store::ask::DeadLetterCounts{0});
  if (!letters) return letters.error();
  auto known = store.read(store::ask::Instances{});
  if (!known) return known.error();
  std::map<InstanceKey, std::uint64_t> heads;
  for (const auto& row : *known) heads[row.key] = 0;
  for (const auto& row : *rows) {
    if (row.instance != 0) heads[row.instance] = 0;
  }
  for (auto& [key, head] : heads) {
    const auto last = log->lastSequence(key);
    if (!last) return last.error();
    head = *last;
  }
  enter([&](Moment now) {
    for (const auto& [key, head] : heads) {
      auto& entry = instances[key];
      if (entry.head == 0) entry.head = head;  // the log may have been faster
      entry.headAtStart = head;
    }
    for (const auto& row : *rows) load(row);
    for (const auto& count : *letters) {
      if (count.marked != 0) wakeReplays(count.instance, count.subscription);
    }
    sweepLater(options.sweepEvery, now);
  });
  return {};
}

void Dispatcher::Impl::stop() {
  std::unique_lock lock(mutex);
  if (stopping) return;
  stopping = true;
  flushAgainUs = 0;
  for (auto& [key, entry] : instances) endFarewell(entry);
  for (const auto token : tokens.all()) {
    const auto attempt = tokens.take(token);
    auto* entry = lane(attempt->lane);
    outbox.add([sink = entry->subscription.sink, token, key = entry->instance] {
      sink->revoke(token, key);
    });
  }
  outbox.finish(lock);
  changed.wait(lock, [this] { return tasks == 0; });
  const auto now = Moment::of(clock);
  for (const auto& [id, entry] : laneEntries) {
    if (entry->lane->dirty() != Lane::Dirty::no) markDirty(*entry, now);
  }
  lock.unlock();
  submitAttempts(takeAttempts(std::numeric_limits<std::size_t>::max()));
  lock.lock();
  // What a refused write left is lost to the next start, which then delivers it again.
  const auto until = std::chrono::steady_clock::now() + kLastWriteWithin;
  for (bool more = true; more;) {
    if (!flushing) flush(now);
    outbox.finish(lock);
    if (!changed.wait_until(lock, until, [this] { return !flushing; })) {
      log::write(log::Level::error, "delivery", "the last cursors were not written in time");
      break;
    }
    more = flushAgainUs == 0 && !(dirtyLanes.empty() && operations.empty());
  }
  stopped = true;
  outbox.add([this] {
    if (timer != 0) timers.cancel(timer);
  });
  outbox.finish(lock);
}

Dispatcher::Dispatcher(std::shared_ptr<LogSource> log, store::Store& store, exec::Timers& timers,
                       exec::Executor& readers, const Clock& clock, Options options)
    : impl_(std::make_shared<Impl>(std::move(log), store, timers, readers, clock, options)) {}

Dispatcher::~Dispatcher() {
  stop();
}

void Dispatcher::onAppended(std::span<const events::EventPtr> events) {
  impl_->enter([&](Moment now) {
    for (const auto& event : events) impl_->appended(event, now);
  });
}

Result<void> Dispatcher::start() {
  return impl_->start();
}
void Dispatcher::stop() {
  impl_->stop();
}

Result<Dispatcher::SubscriptionId> Dispatcher::subscribe(SubscriptionSpec spec, Sink& sink) {
  Result<SubscriptionId> result(Error{Errc::shuttingDown, "delivery has ended"});
  impl_->enter([&](Moment now) { result = impl_->subscribe(std::move(spec), sink, now); });
  return result;
}

Result<void> Dispatcher::setFilter(SubscriptionId id, InstanceKey instance,
                                   std::optional<events::Filter> filter) {
  Result<void> result(Error{Errc::shuttingDown, "delivery has ended"});
  impl_->enter([&](Moment) { result = impl_->setFilter(id, instance, std::move(filter)); });
  return result;
}

void Dispatcher::enable(SubscriptionId id, InstanceKey instance,
                        std::optional<std::uint64_t> after) {
  impl_->enter([&](Moment now) {
    auto* of = impl_->subscription(id);
    COLIBRI_ASSERT(of != nullptr);
    impl_->enable(*of, instance, after, now);
  });
}

std::uint64_t Dispatcher::head(InstanceKey instance) const {
  const std::lock_guard lock(impl_->mutex);
  const auto entry = impl_->instances.find(instance);
  return entry == impl_->instances.end() ? 0 : entry->second.head;
}

void Dispatcher::disable(SubscriptionId id, InstanceKey instance) {
  impl_->enter([&](Moment) {
    auto* of = impl_->subscription(id);
    COLIBRI_ASSERT(of != nullptr);
    impl_->disable(*of, instance);
  });
}

void Dispatcher::beginDelete(InstanceKey instance) {
  impl_->enter([&](Moment) {
    if (auto* entry = impl_->instance(instance)) impl_->beginDelete(*entry);
  });
}

void Dispatcher::farewell(InstanceKey instance, const std::vector<events::EventPtr>& events,
                          std::chrono::milliseconds within, Function<void()> done) {
  impl_->enter(
      [&](Moment now) { impl_->farewell(instance, events, within, std::move(done), now); });
  // Not moved if it has ended: nobody is left to say it to.
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move,bugprone-use-after-move)
  if (done) done();
}

void Dispatcher::forget(InstanceKey instance) {
  impl_->enter([&](Moment) { impl_->forget(instance); });
}

Result<void> Dispatcher::resume(InstanceKey instance, const std::string& subscription) {
  Result<void> result(Error{Errc::shuttingDown, "delivery has ended"});
  impl_->enter([&](Moment now) { result = impl_->resume(instance, subscription, now); });
  return result;
}

bool Dispatcher::hasLane(InstanceKey instance, const std::string& subscription) const {
  const std::lock_guard lock(impl_->mutex);
  const auto of = impl_->subscriptions.find(subscription);
  const auto entry = impl_->instances.find(instance);
  return of != impl_->subscriptions.end() && entry != impl_->instances.end() &&
         impl_->find(entry->second, *of->second) != nullptr;
}

bool Dispatcher::followsSettings(const std::string& subscription) const {
  const std::lock_guard lock(impl_->mutex);
  const auto of = impl_->subscriptions.find(subscription);
  return of != impl_->subscriptions.end() && of->second->sink && !of->second->spec.allInstances;
}

void Dispatcher::replaysMarked(InstanceKey instance, const std::string& subscription) {
  impl_->enter([&](Moment) { impl_->wakeReplays(instance, subscription); });
}

void Dispatcher::deadLettersPurged(InstanceKey instance) {
  impl_->enter([&](Moment) { impl_->letReplaysGo(instance); });
}

void Dispatcher::setDiskIsLow(bool low) {
  impl_->enter([&](Moment) { impl_->diskIsLow = low; });
}

void Dispatcher::done(std::uint64_t token, Outcome outcome) {
  impl_->enter([&](Moment now) { impl_->done(token, outcome, now); });
}

std::vector<LaneView> Dispatcher::lanes(InstanceKey instance) const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<LaneView> views;
  const auto show = [&views](const Impl::InstanceEntry& entry) {
    for (const auto* lane : entry.lanes) {
      auto& view = views.emplace_back();
      lane->lane->show(view);
      view.head = entry.head;
      view.deadLetters = lane->deadLetters;
      view.overdue = lane->overdue;
    }
  };
  if (instance == 0) {
    for (const auto& [key, entry] : impl_->instances) show(entry);
  } else if (const auto found = impl_->instances.find(instance); found != impl_->instances.end()) {
    show(found->second);
  }
  return views;
}

std::vector<AttemptEntry> Dispatcher::attemptsNotStored(InstanceKey instance,
                                                        const std::string& subscription) const {
  return impl_->attemptsNotStored(instance, subscription);
}

Counters Dispatcher::counters() const {
  const std::lock_guard attempts(impl_->attemptsMutex);
  const std::lock_guard lock(impl_->mutex);
  auto all = impl_->counters;
  all.attemptsLeftOut = impl_->fresh.leftOut() + impl_->attempts.responsesLeftOut();
  return all;
}

}  // namespace colibri::delivery
