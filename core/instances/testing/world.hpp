#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/kept_clock.hpp"
#include "base/testing/eventually.hpp"
#include "base/testing/settable_clock.hpp"
#include "events/event_log.hpp"
#include "events/testing/full_disk_store.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"
#include "instances/lifecycle.hpp"
#include "instances/testing/fake_connector.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace colibri::instances::testing {

using colibri::testing::eventually;

/// The answer of a call that takes `Done<T>`.
template <class T, class Call>
Result<T> answerOf(Call&& call) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  call([promise](Result<T> result) { promise->set_value(std::move(result)); });
  if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) {
    return Error{Errc::internal, "nobody answered"};
  }
  return future.get();
}

/// Remembers everything that was published.
class Published final : public events::LogListener {
 public:
  void onAppended(std::span<const events::EventPtr> events) override {
    const std::scoped_lock lock(mutex_);
    events_.insert(events_.end(), events.begin(), events.end());
  }
  /// Wire names with the state of connection.update behind them, in order.
  std::vector<std::string> names() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> out;
    for (const auto& event : events_) {
      auto name = event->data().typeName;
      const auto& body = event->data().body;
      const auto at = body.find("\"state\":\"");
      if (name == "connection.update" && at != body.npos) {
        name += ":" + body.substr(at + 9, body.find('"', at + 9) - at - 9);
      }
      out.push_back(std::move(name));
    }
    return out;
  }
  std::string body(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    for (const auto& event : events_) {
      if (event->data().typeName == name) return event->data().body;
    }
    return {};
  }
  std::vector<std::string> origins(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> out;
    for (const auto& event : events_)
      if (event->data().typeName == name) out.push_back(event->data().origin);
    return out;
  }

 private:
  mutable std::mutex mutex_;  // guards events_
  std::vector<events::EventPtr> events_;
};

class FakeFarewell final : public FarewellPort {
 public:
  void beginDelete(InstanceKey) override { note("begin"); }
  void farewell(InstanceKey, std::vector<events::EventPtr> events, std::chrono::milliseconds,
                Function<void()> done) override {
    for (const auto& event : events) {
      note(event->data().typeName);
      const std::scoped_lock lock(mutex_);
      keys_.push_back(event->data().apiKey);
    }
    done();
  }
  void forget(InstanceKey) override { note("forget"); }
  std::vector<std::string> steps() const {
    const std::scoped_lock lock(mutex_);
    return steps_;
  }
  /// What the farewell events said.
  std::vector<std::string> keys() const {
    const std::scoped_lock lock(mutex_);
    return keys_;
  }

 private:
  void note(std::string step) {
    const std::scoped_lock lock(mutex_);
    steps_.push_back(std::move(step));
  }
  mutable std::mutex mutex_;  // guards the rest
  std::vector<std::string> steps_, keys_;
};

/// What instances have outside the store; refuses as often as it is told to.
class FakeFiles {
 public:
  Result<void> remove(InstanceKey key) {
    const std::scoped_lock lock(mutex_);
    if (look_) look_();
    asked_.push_back(key);
    if (failures_ == 0) return {};
    --failures_;
    return Error{Errc::unavailable, "the disk is gone"};
  }
  void whenAsked(std::function<void()> look) {
    const std::scoped_lock lock(mutex_);
    look_ = std::move(look);
  }
  void failTimes(unsigned times) {
    const std::scoped_lock lock(mutex_);
    failures_ = times;
  }
  std::vector<InstanceKey> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;  // guards the rest
  std::vector<InstanceKey> asked_;
  unsigned failures_ = 0;
  std::function<void()> look_;
};

inline CreateRequest request(const std::string& name, bool wantQr = false) {
  CreateRequest r;
  r.name = name;
  r.integration = "WHATSAPP-BAILEYS";
  r.wantQr = wantQr;
  return r;
}

/// A gateway without plugins and network: the real store, log and threads, a fake connector.
struct World {
  /// `itsTimers`: the lifecycle's own, for a test that says when they are due.
  explicit World(Lifecycle::Options options = patient(), std::filesystem::path reuse = {},
                 exec::Timers* itsTimers = nullptr)
      : directory(reuse.empty() ? fresh() : std::move(reuse)), ownsDirectory(true) {
    clock.resumeFrom(0);
    auto disk_ = std::make_unique<events::FullDiskStore>(
        store::sqlite::SqliteStore::open(directory / "colibri.db", clock, &sealer, {}).value());
    disk = disk_.get();
    store = std::move(disk_);
    log = std::make_unique<events::EventLog>(
        *store, timers, clock, &sealer,
        [this](InstanceKey key) { return lifecycle->identify(key); }, events::EventLog::Options{});
    log->listen(published, [] {});
    hostEvents = std::make_unique<HostEvents>(*log, timers);
    lifecycle = std::make_unique<Lifecycle>(
        Lifecycle::Services{registry, *store, *hostEvents, executor,
                            itsTimers != nullptr ? *itsTimers : timers, clock, sealer, farewell,
                            [](std::string_view text) {
                              return Result<std::string>("png of " + std::string(text));
                            },
                            [this](InstanceKey key) { return files.remove(key); }},
        options);
    lifecycle->use(connector);
  }
  ~World() {
    lifecycle->stop();
    hostEvents->stop();
    executor.stop(std::chrono::seconds(10));
    store->shutdown();
    if (ownsDirectory) std::filesystem::remove_all(directory);
  }

  /// Nothing is given up within a test.
  static Lifecycle::Options patient() { return givingUpAfter(std::chrono::minutes(1)); }
  /// For a test in which something is given up.
  static Lifecycle::Options quick() { return givingUpAfter(std::chrono::milliseconds(400)); }
  static Lifecycle::Options givingUpAfter(std::chrono::milliseconds time) {
    return {.qrWait = time,
            .logoutWithin = time,
            .closeWithin = time,
            .reopenWithin = time,
            .farewellWithin = time};
  }
  static std::filesystem::path fresh() {
    auto path = std::filesystem::temp_directory_path() / ("colibri-world-" + newUuid());
    std::filesystem::create_directory(path);
    return path;
  }

  InstanceKey create(const std::string& name) {
    auto created =
        answerOf<Created>([&](auto done) { lifecycle->create(request(name), std::move(done)); });
    return created.value().instance->row.key;
  }
  void report(InstanceKey key, State state, const std::function<void(StateReport&)>& more = {}) {
    StateReport report;
    report.instance = key;
    report.state = state;
    if (more) more(report);
    lifecycle->report("fake", report);
  }
  void open(InstanceKey key) {
    report(key, State::connecting);
    report(key, State::open,
           [](StateReport& r) { r.infoJson = R"({"ownerJid":"1@s.whatsapp.net"})"; });
    eventually([&] { return stateOf(key) == State::open; });
  }
  State stateOf(InstanceKey key) const {
    const auto instance = registry.get(key);
    return instance ? instance->state : State::deleted;
  }
  bool published_(const std::string& name) const {
    const auto names = published.names();
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  std::filesystem::path directory;
  bool ownsDirectory;
  colibri::testing::SettableClock wall;
  KeptClock clock{wall};
  crypto::Sealer sealer{std::string(32, 'k')};
  exec::ThreadTimers timers;
  exec::PoolExecutor executor{clock, timers, {}};
  Registry registry;
  FakeFarewell farewell;
  FakeFiles files;
  FakeConnector connector;
  Published published;
  std::unique_ptr<store::Store> store;
  events::FullDiskStore* disk;  ///< the same, to hold its writer
  std::unique_ptr<events::EventLog> log;
  std::unique_ptr<HostEvents> hostEvents;
  std::unique_ptr<Lifecycle> lifecycle;
};

inline void showQr(World& world, InstanceKey key, const std::string& code) {
  world.report(key, State::qr, [&](StateReport& r) { r.qr = code; });
}

}  // namespace colibri::instances::testing
