// Log, store and dispatcher with a producer and a sink, killed somewhere. Tells on its output
//
//   a <instance> <n>             event n is acknowledged to the producer
//   d <instance> <n> <event id>  event n has reached the sink; the dispatcher hears of it after
//
//   kill-child <database> <point> <times> <acknowledged n of instance 1> <of 2> ...
//
// It dies when it passes the point for that time; points: see the calls of Fate::passes(). At the
// point "power" the disk loses its power after so many operations, and what was not synced with it.
// At the point "drain" nothing is produced and it lives on.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "base/testing/tell.hpp"
#include "delivery/dispatcher.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/testing/power_failure.hpp"
#include "store/testing/forwarding_store.hpp"

namespace colibri::delivery {
namespace {

using colibri::testing::tell;

constexpr int kChats = 4, kAtOnce = 3;

class Fate {
 public:
  Fate(std::string point, int times) : point_(std::move(point)), left_(times) {}
  void passes(std::string_view point) {
    if (point == point_ && --left_ == 0) ::kill(::getpid(), SIGKILL);
  }

 private:
  const std::string point_;
  std::atomic<int> left_;
};

class DyingStore final : public store::testing::ForwardingStore {
 public:
  DyingStore(std::unique_ptr<Store> under, Fate& fate)
      : ForwardingStore(std::move(under)), fate_(fate) {}

  void submit(store::Batch batch, Done done) override {
    const bool appends =
        !batch.empty() && std::holds_alternative<store::AppendEvent>(batch.front());
    fate_.passes(appends ? "append" : "cursor");
    ForwardingStore::submit(std::move(batch), [this, appends, done = std::move(done)](
                                                  Result<store::Committed> result) mutable {
      fate_.passes(appends ? "append committed" : "cursor committed");
      done(std::move(result));
    });
    fate_.passes(appends ? "append submitted" : "cursor submitted");
  }

 private:
  Fate& fate_;
};

/// The network of one instance: keeps a few events under way and sends again what was not
/// acknowledged in an earlier life, under the same key.
class Producer {
 public:
  Producer(events::EventLog& log, InstanceKey instance, std::uint64_t acknowledged, Fate& fate)
      : log_(log), instance_(instance), last_(acknowledged), fate_(fate) {}

  void start() {
    for (int i = 0; i < kAtOnce; ++i) append();
  }

 private:
  /// On the starting thread and, once there is an answer, on the writer's: in the order of n.
  void append() {
    const std::scoped_lock lock(order_);
    const auto n = ++last_;
    events::Draft draft;
    draft.typeName = "messages.upsert";
    draft.chatId = "chat" + std::to_string(n % kChats);
    draft.dedupeKey = std::to_string(n);
    draft.body = std::to_string(n);
    std::vector<events::Draft> drafts;
    drafts.push_back(std::move(draft));
    const auto taken = log_.append(
        instance_, std::move(drafts), {}, [this, n](Result<events::EventLog::Appended> appended) {
          COLIBRI_ASSERT(appended);
          fate_.passes("published");
          tell("a " + std::to_string(instance_) + " " + std::to_string(n));
          fate_.passes("acknowledged");
          append();
        });
    COLIBRI_ASSERT(taken);
  }

  events::EventLog& log_;
  std::mutex order_;
  const InstanceKey instance_;
  std::uint64_t last_;  // guarded by order_
  Fate& fate_;
};

class TellingSink final : public Sink {
 public:
  TellingSink(exec::Executor& strands, Fate& fate) : strands_(strands), fate_(fate) {}

  void deliver(events::EventPtr event, const Attempt& attempt) override {
    strands_.post({this, event->instance()}, "tell", [this, event, token = attempt.token] {
      const auto& data = event->data();
      tell("d " + std::to_string(data.instance) + " " + data.body + " " + data.eventId);
      fate_.passes("delivered");
      dispatcher->done(token, {});
      fate_.passes("answered");
    });
  }
  void revoke(std::uint64_t, InstanceKey) override {}

  Dispatcher* dispatcher = nullptr;

 private:
  exec::Executor& strands_;
  Fate& fate_;
};

/// As in the gateway, an instance's row is durable before its first event: the dispatcher asks the
/// log only about instances that the store knows.
void know(store::Store& store, std::size_t instances) {
  if (!store.read(store::ask::Instances{}).value().empty()) return;
  store::Batch batch;
  for (InstanceKey key = 1; key <= instances; ++key) {
    store::InstanceRow row;
    row.key = key;
    row.id = row.name = row.tokenHash = "id" + std::to_string(key);
    batch.push_back(store::PutInstance{row});
  }
  std::promise<bool> stored;
  store.submit(std::move(batch),
               [&](const Result<store::Committed>& result) { stored.set_value(bool(result)); });
  COLIBRI_ASSERT(stored.get_future().get());
}

void live(std::unique_ptr<store::Store> file, const std::string& point, int times,
          const std::vector<std::uint64_t>& acknowledged) {
  know(*file, acknowledged.size());
  Fate fate(point, times);
  const SystemClock clock;
  exec::ThreadTimers timers;
  DyingStore store(std::move(file), fate);
  exec::PoolExecutor executor(clock, timers, {});
  const auto identify = [](InstanceKey key) {
    return events::InstanceIdentity{key, "id" + std::to_string(key), "name", ""};
  };
  events::EventLog log(store, timers, clock, nullptr, identify, {});
  TellingSink sink(executor, fate);
  Dispatcher dispatcher(log, store, timers, executor, clock,
                        {.gatherFor = std::chrono::milliseconds(5)});
  sink.dispatcher = &dispatcher;
  log.listen(dispatcher, [] {});
  COLIBRI_ASSERT(dispatcher.start());
  SubscriptionSpec spec;
  spec.pluginAlias = "kill";
  spec.name = "events";
  const auto id = dispatcher.subscribe(spec, sink);
  COLIBRI_ASSERT(id);
  std::deque<Producer> producers;
  for (const auto n : acknowledged) {
    const auto key = static_cast<InstanceKey>(producers.size() + 1);
    dispatcher.enable(*id, key, 0);
    producers.emplace_back(log, key, n, fate);
  }
  if (point != "drain")
    for (auto& producer : producers) producer.start();
  for (;;) ::pause();
}

}  // namespace
}  // namespace colibri::delivery

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::string point = argv[2];
  const int times = std::stoi(argv[3]);
  if (point == "power") {
    const auto operations = static_cast<unsigned>(times);
    colibri::store::sqlite::PowerFailure::install(operations, operations);
  }
  const colibri::SystemClock clock;
  auto store = colibri::store::sqlite::SqliteStore::open(argv[1], clock, nullptr, {});
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  std::vector<std::uint64_t> acknowledged;
  for (int i = 4; i < argc; ++i) acknowledged.push_back(std::stoull(argv[i]));
  colibri::delivery::live(std::move(*store), point, times, acknowledged);
}
