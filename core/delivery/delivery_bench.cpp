// Events per second through the dispatcher with a sink that acknowledges at once: what delivery
// costs beside the log before it and the network after it. The store is in memory.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "delivery/dispatcher.hpp"
#include "delivery/testing/fake_store.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"

namespace {

using namespace colibri;

class InstantSink final : public delivery::Sink {
 public:
  void deliver(events::EventPtr, const delivery::Attempt& attempt) override {
    ++taken;
    dispatcher->done(attempt.token, {});
  }
  void revoke(std::uint64_t, InstanceKey) override {}
  delivery::Dispatcher* dispatcher = nullptr;
  std::uint64_t taken = 0;
};

/// Events come from memory only: every lane keeps up.
class NoLog final : public delivery::LogSource {
 public:
  Result<std::vector<events::EventPtr>> read(InstanceKey, std::uint64_t, std::uint32_t,
                                             std::size_t) override {
    return std::vector<events::EventPtr>{};
  }
  Result<events::EventPtr> open(store::EventRow) override {
    return Error{Errc::unsupported, "this log has nothing"};
  }
  Result<std::uint64_t> lastSequence(InstanceKey) override { return std::uint64_t{0}; }
  Result<void> append(InstanceKey, std::vector<events::Draft>, events::EventLog::Done) override {
    return Error{Errc::unsupported, "this log takes nothing"};
  }
};

void run(InstanceKey instances, int subscriptions, std::uint64_t events) {
  const SystemClock clock;
  exec::ThreadTimers timers;
  delivery::testing::FakeStore store;
  exec::PoolExecutor readers(clock, timers, {});
  InstantSink sink;
  delivery::Dispatcher dispatcher(std::make_shared<NoLog>(), store, timers, readers, clock, {});
  sink.dispatcher = &dispatcher;
  if (!dispatcher.start()) std::abort();
  for (int s = 0; s < subscriptions; ++s) {
    delivery::SubscriptionSpec spec;
    spec.pluginAlias = "bench";
    spec.name = std::to_string(s);
    const auto id = dispatcher.subscribe(spec, sink);
    if (!id) std::abort();
    for (InstanceKey key = 1; key <= instances; ++key) dispatcher.enable(*id, key);
  }
  std::vector<events::EventPtr> all;
  for (std::uint64_t e = 0; e < events; ++e) {
    events::EventData data;
    data.instance = 1 + e % instances;
    data.sequence = 1 + e / instances;
    data.typeName = "messages.upsert";
    data.chatId = "chat" + std::to_string(e % 50);
    data.body = std::string(1'500, 'x');
    all.push_back(events::Event::make(std::move(data)));
  }
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& event : all) dispatcher.onAppended({&event, 1});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const auto expected = events * static_cast<std::uint64_t>(subscriptions);
  if (sink.taken != expected) std::abort();
  std::printf("%5llu instances x %d subscriptions: %9.0f deliveries/s, %.2f us each\n",
              static_cast<unsigned long long>(instances), subscriptions,
              static_cast<double>(expected) / took.count(),
              took.count() * 1e6 / static_cast<double>(expected));
}

}  // namespace

int main() {
  run(1, 1, 100'000);
  run(1'000, 1, 100'000);
  run(1'000, 5, 50'000);
}
