#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "delivery/dispatcher.hpp"
#include "delivery/testing/world.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"

namespace colibri::delivery::testing {
namespace {

constexpr std::chrono::seconds kBound{100};
constexpr InstanceKey kOther = 1'000;  ///< is switched on and off; its events are not waited for

constexpr const char* kReplayed = "a chat of dead letters";

/// Answers on another thread, after all sorts of accidents, and checks the order of each chat.
class StrandSink final : public Sink {
 public:
  explicit StrandSink(exec::Executor& pool) : pool_(pool) {}

  void deliver(events::EventPtr event, const Attempt& attempt) override {
    const auto instance = event->instance();
    pool_.post({this, instance}, "stress deliver",
               [this, event = std::move(event), token = attempt.token] {
                 dispatcher->done(token, take(*event));
               });
  }
  void revoke(std::uint64_t, InstanceKey) override { ++revoked; }

  bool waitFor(std::size_t events) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kBound, [&] { return taken_ >= events; });
  }

  Dispatcher* dispatcher = nullptr;
  std::atomic<int> revoked = 0, replayed = 0;
  std::atomic<bool> inverted = false;

 private:
  Outcome take(const events::Event& event) {
    if (event.chat() == kReplayed) {
      ++replayed;
      return {};
    }
    const std::lock_guard lock(mutex_);
    const auto dice = random_() % 1'000;
    if (dice < 2) return {Outcome::Kind::eventFailure, {}, "422"};
    if (dice < 4) return {Outcome::Kind::returned, {}, ""};
    auto& last = last_[{event.instance(), std::string(event.chat())}];
    if (event.sequence() <= last) inverted = true;
    last = event.sequence();
    if (event.instance() < kOther) ++taken_;
    changed_.notify_all();
    return {};
  }

  exec::Executor& pool_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::mt19937_64 random_{3};
  std::map<std::pair<InstanceKey, std::string>, std::uint64_t> last_;
  std::size_t taken_ = 0;
};

/// The log is told by one thread at a time, as it promises.
class SerialLog final {
 public:
  explicit SerialLog(FakeLog& log) : log_(log) {}
  void append(InstanceKey instance, std::string chat) {
    const std::lock_guard lock(mutex_);
    events::Draft draft;
    draft.type = 6;
    draft.typeName = "messages.upsert";
    draft.chatId = std::move(chat);
    draft.body = "{}";
    std::vector<events::Draft> drafts;
    drafts.push_back(std::move(draft));
    EXPECT_TRUE(log_.append(instance, std::move(drafts), {}));
  }

 private:
  std::mutex mutex_;
  FakeLog& log_;
};

void addMarkedLetter(FakeStore& store, InstanceKey instance) {
  store.change([instance](FakeStore::Tables& tables) {
    store::DeadLetterRow row;
    row.id = ++tables.lastLetter;
    row.subscription = "stress/events";
    row.instance = instance;
    row.replayAtUs = 1;
    auto& event = row.event.emplace();
    event.instance = instance;
    event.chatId = kReplayed;
    event.typeName = "messages.upsert";
    event.body = "{}";
    tables.deadLetters.push_back(std::move(row));
  });
}

TEST(DispatcherStress, ManyThreadsAppendAnswerSwitchAndLookAtOnce) {
  constexpr InstanceKey kInstances = 20;
  constexpr int kEach = 100, kThreads = 3;
  const SystemClock clock;
  exec::ThreadTimers timers;
  FakeStore store;
  auto log = std::make_shared<FakeLog>(store, clock);
  exec::PoolExecutor readers(clock, timers, {.workers = 2, .onSlow = {}});
  exec::PoolExecutor strands(clock, timers, {.workers = 3, .onSlow = {}});
  StrandSink sink(strands);
  {
    Dispatcher::Options options;
    options.pageEvents = 32;
    options.seed = 5;
    Dispatcher dispatcher(log, store, timers, readers, clock, options);
    log->listener = &dispatcher;
    sink.dispatcher = &dispatcher;
    ASSERT_TRUE(dispatcher.start());
    SubscriptionSpec spec;
    spec.pluginAlias = "stress";
    spec.name = "events";
    const auto id = dispatcher.subscribe(spec, sink);
    ASSERT_TRUE(id);
    for (InstanceKey key = 1; key <= kInstances; ++key) dispatcher.enable(*id, key);

    SerialLog serial(*log);
    std::atomic<bool> ending = false;
    std::jthread switcher([&] {
      while (!ending) {
        dispatcher.enable(*id, kOther);
        serial.append(kOther, "chat");
        static_cast<void>(dispatcher.lanes(0));
        addMarkedLetter(store, 2);
        dispatcher.replaysMarked(2, "stress/events");
        static_cast<void>(dispatcher.counters());
        static_cast<void>(dispatcher.attemptsNotStored(2, "stress/events"));
        ignore(dispatcher.resume(2, "stress/events"), "it is active");
        dispatcher.deadLettersPurged(2);
        dispatcher.disable(*id, kOther);
        std::this_thread::yield();
      }
    });
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&serial] {
          for (int i = 0; i < kEach; ++i) {
            for (InstanceKey key = 1; key <= kInstances; ++key) {
              serial.append(key, "chat" + std::to_string(i % 5));
            }
          }
        });
      }
    }
    ending = true;
    switcher.join();
    EXPECT_TRUE(sink.waitFor(kInstances * kEach * kThreads));
    EXPECT_TRUE(strands.stop(kBound));  // every answer has been given
    dispatcher.forget(1);
    dispatcher.stop();
  }
  EXPECT_FALSE(sink.inverted);
  EXPECT_GT(sink.replayed, 0);
  for (InstanceKey key = 2; key <= kInstances; ++key) {
    EXPECT_EQ((store.tables().cursors[{"stress/events", key}].low),
              std::uint64_t{kEach * kThreads});
  }
}

TEST(DispatcherStress, StoppingInTheMiddleOfItAllIsSafe) {
  for (int round = 0; round < 20; ++round) {
    const SystemClock clock;
    exec::ThreadTimers timers;
    FakeStore store;
    auto log = std::make_shared<FakeLog>(store, clock);
    exec::PoolExecutor readers(clock, timers, {.workers = 2, .onSlow = {}});
    exec::PoolExecutor strands(clock, timers, {.workers = 2, .onSlow = {}});
    StrandSink sink(strands);
    auto dispatcher = std::make_unique<Dispatcher>(
        log, store, timers, readers, clock,
        Dispatcher::Options{.pageEvents = 8, .gatherFor = std::chrono::milliseconds(5), .seed = 9});
    log->listener = dispatcher.get();
    sink.dispatcher = dispatcher.get();
    ASSERT_TRUE(dispatcher->start());
    SubscriptionSpec spec;
    spec.pluginAlias = "stress";
    spec.name = "events";
    spec.allInstances = true;
    ASSERT_TRUE(dispatcher->subscribe(spec, sink));
    SerialLog serial(*log);
    std::jthread writer([&serial] {
      for (int i = 0; i < 200; ++i) serial.append(1 + static_cast<InstanceKey>(i % 3), "chat");
    });
    ASSERT_TRUE(sink.waitFor(static_cast<std::size_t>(round) * 10 + 1));
    dispatcher->stop();
    writer.join();
    EXPECT_TRUE(strands.stop(kBound));
    dispatcher.reset();
    EXPECT_FALSE(sink.inverted);
  }
}

}  // namespace
}  // namespace colibri::delivery::testing
