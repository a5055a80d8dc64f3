#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "delivery/attempt_log.hpp"
#include "delivery/dead_letter.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/fresh_attempts.hpp"
#include "delivery/lane.hpp"
#include "delivery/outbox.hpp"
#include "delivery/retention.hpp"
#include "delivery/subscription.hpp"
#include "delivery/token_table.hpp"

namespace colibri::delivery {

/// What the store or the log refused is tried again then.
inline constexpr std::int64_t kAgainUs = 1'000'000;

/// The dispatcher behind its header: the lanes' logic under one lock, and the calls out of it
/// through the Outbox. Its functions are grouped by file: dispatcher_lanes, _flow, _writes,
/// _replays, _attempts, _farewell, _sweep.
///
/// Every way in is enter(): it decides under the lock, settles (hands over, reads, writes, arms the
/// timer) and makes the calls that came of it after the lock is gone.
///
/// [Threading] members without "locks" in their comment want the lock held.
struct Dispatcher::Impl : std::enable_shared_from_this<Impl> {
  struct SubscriptionEntry {
    SubscriptionId id = 0;
    std::string name;
    SubscriptionSpec spec;
    Sink* sink = nullptr;  ///< null = cursors without a plugin (not loaded yet, or never again)
    Credit credit{256};
    bool known = false;    ///< had cursors before this process
    bool touched = false;  ///< stands in touchedSubscriptions
  };
  struct LaneEntry : Seat {
    LaneEntry(LaneId laneId, SubscriptionEntry& of, InstanceKey key)
        : id(laneId), subscription(of), instance(key) {}
    const LaneId id;
    SubscriptionEntry& subscription;
    const InstanceKey instance;
    std::unique_ptr<Lane> lane;
    bool touched = false, dirty = false, dirtyLazily = false, readQueued = false;
    bool saysGoodbye = false;
    bool overdue = false;       ///< an event has waited for backlogWarnAge
    std::int64_t wakeAtUs = 0;  ///< its entry in wakes; 0 = none
    std::uint64_t deadLetters = 0;
  };
  struct InstanceEntry {
    std::uint64_t head = 0;
    bool deleting = false;
    std::vector<LaneEntry*> lanes;
    std::size_t allInstancesLanes = 0;
    LogExtent extent;
    std::uint64_t headAtStart = 0;  ///< up to here the extent needs samples
    bool sampled = false;
    std::uint64_t droppedTo = 0;
    std::uint64_t dropUnderWay = 0;
    std::int64_t farewellUntilUs = 0;
    Function<void()> farewellDone;
  };

  Impl(std::shared_ptr<LogSource> log, store::Store& store, exec::Timers& timers,
       exec::Executor& readers, const Clock& clock, Options options);

  // --- ways in (dispatcher.cpp) [locks] ---
  template <class F>
  void enter(F decide) {
    std::unique_lock lock(mutex);
    if (!stopped) {
      const auto now = Moment::of(clock);
      decide(now);
      settle(now);
    }
    makeCalls(lock);
  }
  Result<void> start();
  void stop();
  void makeCalls(std::unique_lock<std::mutex>& lock);
  /// A blocking task on the readers; false = the dispatcher ended, touch nothing.
  bool beginTask();
  void endTask();
  void postTask(std::uint64_t strand, const char* what, Function<void()> task);

  // --- dispatcher_lanes.cpp ---
  void load(const store::CursorRow& row);
  SubscriptionEntry& subscriptionNamed(const std::string& name);
  SubscriptionEntry* subscription(SubscriptionId id);
  InstanceEntry* instance(InstanceKey key);  ///< null: forgotten
  LaneEntry* lane(LaneId id);
  LaneEntry* find(const InstanceEntry& entry, const SubscriptionEntry& of) const;
  Result<SubscriptionId> subscribe(SubscriptionSpec spec, Sink& sink, Moment now);
  std::unique_ptr<Lane> makeLane(SubscriptionEntry& of, store::CursorRow row);
  LaneEntry& addLane(SubscriptionEntry& of, InstanceKey key, store::CursorRow row);
  void coverAllInstances(InstanceKey key, InstanceEntry& entry, Moment now);
  void enable(SubscriptionEntry& of, InstanceKey key, std::optional<std::uint64_t> after,
              Moment now);
  void disable(SubscriptionEntry& of, InstanceKey key);
  Result<void> resume(InstanceKey key, const std::string& name, Moment now);
  Result<void> setFilter(SubscriptionId id, InstanceKey key, std::optional<events::Filter> filter);
  void removeLane(LaneEntry& entry);
  void revokeAll(LaneEntry& entry);

  // --- dispatcher_flow.cpp ---
  void appended(const events::EventPtr& event, Moment now);
  void touch(LaneEntry& entry);
  void touch(SubscriptionEntry& entry);
  void settle(Moment now);
  void refresh(LaneEntry& entry, Moment now);
  void pump(SubscriptionEntry& of, Moment now);
  void handOver(LaneEntry& entry, Moment now);
  void startReads(Moment now);
  void read(LaneEntry& entry, const ReadWish& wish);
  void done(std::uint64_t token, Outcome& outcome, Moment now);
  void expire(std::uint64_t token, Moment now);
  void follow(LaneEntry& entry, Verdict verdict, Moment now);
  void later(std::int64_t atUs, Function<void(Moment)> call);
  void onTimer(Moment now);
  void armTimer(Moment now);

  // --- dispatcher_writes.cpp ---
  void markDirty(LaneEntry& entry, Moment now);
  bool going(InstanceKey key) const;
  void flush(Moment now);
  bool gathers(Moment now);
  void flushed(const std::vector<LaneId>& lanes, store::Batch again,
               const Result<store::Committed>& result, Moment now);
  void bury(LaneId id, const std::string& subscription, Burial burial);
  void announce(LaneEntry& entry, Moment now);
  void announced(LaneId id, const std::optional<Error>& error, Moment now);
  void refused(const char* what, const Error& error);

  // --- dispatcher_replays.cpp ---
  void wakeReplays(InstanceKey key, const std::string& subscription);
  void letReplaysGo(InstanceKey key);
  void readReplays(LaneEntry& entry);
  void replaysRead(LaneId id, std::uint64_t read, Result<ReplayPage> page);  ///< [locks]
  void settleReplay(LaneId id, Replayed replayed, Moment now);

  // --- dispatcher_attempts.cpp ---
  /// Takes the texts of `outcome`; null = nobody answered.
  void note(LaneEntry& entry, const TokenTable::Attempted& attempted, AttemptEntry::End end,
            Outcome* outcome, Moment now);
  void writeAttempts();
  // [locks], [Blocking]: these may wait for a read of the store.
  std::vector<AttemptLog::Write> takeAttempts(std::size_t most);
  void submitAttempts(std::vector<AttemptLog::Write> writes);
  void attemptsWritten(const std::vector<AttemptLog::Write>& writes,
                       const std::optional<Error>& error);
  std::vector<AttemptEntry> attemptsNotStored(InstanceKey key, const std::string& subscription);

  // --- dispatcher_farewell.cpp ---
  void beginDelete(InstanceEntry& entry);
  void farewell(InstanceKey key, const std::vector<events::EventPtr>& events,
                std::chrono::milliseconds within, Function<void()> whenDone, Moment now);
  void checkFarewell(InstanceEntry& entry);
  void endFarewell(InstanceEntry& entry);
  void forget(InstanceKey key);

  // --- dispatcher_sweep.cpp ---
  void sweepLater(std::chrono::milliseconds wait, Moment now);
  void sweep();  ///< [locks] on the readers
  struct Sweep;

  const std::shared_ptr<LogSource> log;
  store::Store& store;
  exec::Timers& timers;
  exec::Executor& readers;
  const Clock& clock;
  const Options options;

  std::mutex attemptsMutex;  // guards attempts, lookedAt; taken before `mutex`, never with it held
  AttemptLog attempts;
  FreshAttempts lookedAt;  ///< empty between two looks

  mutable std::mutex mutex;  // guards everything below
  std::condition_variable changed;
  bool stopping = false, stopped = false;
  Outbox outbox;
  std::size_t tasks = 0;  ///< running on the readers

  Counters counters;
  std::mt19937_64 random;
  std::size_t memory = 0;
  bool diskIsLow = false;

  std::map<std::string, std::unique_ptr<SubscriptionEntry>> subscriptions;
  std::vector<SubscriptionEntry*> byId;  ///< id - 1
  std::vector<SubscriptionEntry*> allInstances;
  std::unordered_map<InstanceKey, InstanceEntry> instances;
  std::unordered_set<InstanceKey> forgotten;
  std::unordered_map<LaneId, std::unique_ptr<LaneEntry>> laneEntries;
  std::map<std::pair<SubscriptionId, InstanceKey>, events::Filter> filtersToCome;
  /// Lanes that are off and have letters that are to be delivered again.
  std::set<std::pair<std::string, InstanceKey>> replaysToCome;
  FreshAttempts fresh;
  bool attemptsDue = false;  ///< a write is under way, or the timer for one
  LaneId lastLane = 0;
  TokenTable tokens;

  std::deque<LaneId> touchedLanes, readQueue;
  std::deque<SubscriptionEntry*> touchedSubscriptions;
  std::size_t readsUnderWay = 0;

  std::set<std::pair<std::int64_t, LaneId>> wakes;
  std::multimap<std::int64_t, Function<void(Moment)>> calls;
  std::int64_t armedForUs = 0;  ///< 0 = not armed
  exec::Timers::Id timer = 0;   ///< only touched by calls of the outbox

  std::deque<LaneId> dirtyLanes, lazyLanes;
  store::Batch operations;  ///< to be written before the cursors: removed ones, marks, dead letters
  bool flushing = false, lazyArmed = false;
  std::int64_t flushAgainUs = 0;  ///< after a refusal
  std::int64_t gatherUntilUs = 0;
  std::uint64_t storeTrouble = 0;  ///< refusals since the last success
};

}  // namespace colibri::delivery
