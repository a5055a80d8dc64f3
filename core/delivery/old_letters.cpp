#include "delivery/old_letters.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "log/log.hpp"

namespace colibri::delivery {
namespace {

/// So few are not weighed.
constexpr std::uint64_t kFew = 16;
constexpr std::uint32_t kLettersPage = 500;

void logFailure(const Error& why) {
  log::write(log::Level::warn, "delivery", "old dead letters could not be removed; tried again",
             {{"why", why.message}});
}

}  // namespace

struct OldLetters::State : std::enable_shared_from_this<State> {
  State(Deliveries& all, store::Store& rows, exec::Executor& pool, exec::Timers& clocks,
        const Clock& time, Options how)
      : deliveries(all), store(rows), executor(pool), timers(clocks), clock(time), options(how) {}

  void later() {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    timer = timers.after(options.every, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->executor.post({self.get(), 0}, "old dead letters", [self] { self->round(); });
      self->later();
    });
  }

  bool ended() {
    const std::lock_guard lock(mutex);
    return stopped;
  }

  void round() {
    const auto counts = store.read(store::ask::DeadLetterCounts{0});
    if (!counts) return logFailure(counts.error());
    std::map<InstanceKey, std::uint64_t> letters;
    for (const auto& count : *counts)
      if (count.letters > count.marked) letters[count.instance] += count.letters;
    for (const auto& [instance, count] : letters) trim(instance, count);
    if (options.keepFor.count() == 0) return;
    DeadLetterChoice choice;
    choice.filter.diedBeforeUs = clock.stampsOlderThan(options.keepFor);
    choice.filter.marked = false;
    for (const auto& [instance, count] : letters) remove(instance, choice);
  }

  /// The oldest go that are too many.
  void trim(InstanceKey instance, std::uint64_t count) {
    std::uint64_t bytes = 0;
    if (count > kFew && options.mostBytes != UINT64_MAX) {
      const auto all = store.read(store::ask::DeadLetterBytes{instance});
      if (!all) return logFailure(all.error());
      bytes = *all;
    }
    DeadLetterChoice choice;
    for (std::uint64_t after = 0; count > options.most || bytes > options.mostBytes;) {
      if (choice.ids.size() >= Deliveries::kLettersAtOnce) break;  // the rest next time
      const auto page = store.read(
          store::ask::DeadLetters{{.instance = instance, .marked = false}, after, kLettersPage});
      if (!page) return logFailure(page.error());
      for (const auto& letter : *page) {
        if (count <= options.most && bytes <= options.mostBytes) break;
        choice.ids.push_back(letter.id);
        --count;
        bytes -= std::min(bytes, letter.bodyBytes);
      }
      if (page->size() < kLettersPage) break;
      after = page->back().id;
    }
    if (choice.ids.empty()) return;
    deliveries.purge({instance, true}, std::move(choice),
                     [self = shared_from_this(), instance](const Result<PurgeAnswer>& answer) {
                       if (!answer) return logFailure(answer.error());
                       self->overLimit += answer->purged;
                       log::write(log::Level::warn, "delivery",
                                  "the oldest dead letters are removed, the instance has too many",
                                  {{"instance", instance}, {"letters", answer->purged}});
                     });
  }

  void remove(InstanceKey instance, const DeadLetterChoice& choice) {
    deliveries.purge({instance, true}, choice,
                     [self = shared_from_this(), instance, choice](Result<PurgeAnswer> answer) {
                       if (!answer) return logFailure(answer.error());
                       self->count(instance, answer->purged);
                       if (!answer->next || self->ended()) return;
                       auto rest = choice;
                       rest.after = *answer->next;
                       self->remove(instance, rest);
                     });
  }

  void count(InstanceKey instance, std::uint64_t letters) {
    if (letters == 0) return;
    removed += letters;
    log::write(log::Level::warn, "delivery", "dead letters that nobody wanted are removed",
               {{"instance", instance},
                {"letters", letters},
                {"older_than_hours", std::int64_t{options.keepFor.count()}}});
  }

  Deliveries& deliveries;
  store::Store& store;
  exec::Executor& executor;
  exec::Timers& timers;
  const Clock& clock;
  const Options options;
  std::atomic<std::uint64_t> removed{0}, overLimit{0};
  std::mutex mutex;  // guards the rest
  bool stopped = false;
  exec::Timers::Id timer = 0;
};

OldLetters::OldLetters(Deliveries& deliveries, store::Store& store, exec::Executor& executor,
                       exec::Timers& timers, const Clock& clock, Options options)
    : state_(std::make_shared<State>(deliveries, store, executor, timers, clock, options)) {}

OldLetters::~OldLetters() {
  stop();
}

void OldLetters::start() {
  const auto& options = state_->options;
  if (options.keepFor.count() != 0 || options.most != UINT64_MAX || options.mostBytes != UINT64_MAX)
    state_->later();
}

void OldLetters::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  if (state_->timer != 0) state_->timers.cancel(state_->timer);
}

std::uint64_t OldLetters::removed() const noexcept {
  return state_->removed;
}

std::uint64_t OldLetters::overLimit() const noexcept {
  return state_->overLimit;
}

}  // namespace colibri::delivery
