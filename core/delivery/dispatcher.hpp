#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "delivery/attempt_entry.hpp"
#include "delivery/counters.hpp"
#include "delivery/lane_view.hpp"
#include "delivery/log_source.hpp"
#include "delivery/sink.hpp"
#include "events/event_log.hpp"
#include "exec/executor.hpp"
#include "exec/timers.hpp"
#include "store/store.hpp"

namespace colibri::delivery {

/// From the log to the sinks: one LANE per (subscription, instance), each with its own durable
/// cursor, credit, state and probe. Nobody waits for anybody.
///
/// - Order: FIFO per (instance, chat), chats side by side up to the lane's credit; lanes with work
/// are
///   served round robin within the subscription's total credit, those with nothing in flight first,
///   so that lanes that never answer cannot take it from the others (Credit in subscription.hpp).
/// - Lane failure, or no answer by the deadline: the lane pauses, holds one credit and probes with
/// its head
///   event after 1, 2, 5, 10, 30 s, then every 60 s +-20 %, honouring Retry-After; after 5 days
///   SUSPENDED. Days as the clock ages (Clock::ageOf()), whatever the wall says. A success drains
///   at once. Deliveries in flight when it pauses count as one step.
/// - Event failure: retried after 1 s and 10 s, then a dead letter.
/// - gone: SUSPENDED at once. Suspension publishes `delivery.suspended` to the log.
/// - Three unanswered attempts of the same head event are an event failure.
/// - A lane at the log's head is fed from memory; one that fell behind reads pages of the log.
/// Memory per
///   lane is bounded; backlogs are on disk. Cursors ride group commits, coalesced.
/// - A dead letter that is marked in the store is delivered again under its event id, one at a time
/// per
///   lane, turn by turn with the log's events and within the lane's credit and state. Delivered:
///   its row goes. Rejected: it lies there as before, with the new reason.
/// - Backlog cap: 2 GB per lane; the oldest become header-only dead letters, counted. No age makes
///   them go; from one age on they are warned of.
/// - Retention: rows that every ACTIVE or SUSPENDED lane has passed go after 72 h or 5 GB, in
/// batches; at once while the disk is nearly full.
///
/// [Threading] any thread. Calls into Sink are made without a lock held.
/// [Blocking]  start(), stop().
class Dispatcher : public events::LogListener {
 public:
  struct Options {
    std::chrono::hours suspendAfter{5 * 24};
    std::chrono::hours backlogWarnAge{5 * 24};
    std::uint64_t backlogMaxBytes = std::uint64_t{2} << 30;
    std::chrono::hours keepFor{72};
    std::uint64_t keepMaxBytes = std::uint64_t{5} << 30;
    std::uint32_t pageEvents = 256;  ///< read at once when behind
    std::size_t pageBytes = std::size_t{1} << 20;
    std::size_t memoryBytes = std::size_t{64}
                              << 20;  ///< of waiting events; beyond it pages get small
    /// So long acknowledgements wait for others, to be written with them; 0 = not at all. A crash
    /// has what was acknowledged meanwhile delivered again.
    std::chrono::milliseconds gatherFor{0};
    std::chrono::milliseconds sweepEvery{60'000};  ///< backlog caps and retention
    std::uint64_t seed = 0;                        ///< of the jitter; 0 = by chance
  };
  using SubscriptionId = std::uint64_t;

  /// `readers` runs the blocking log reads. All references outlive the dispatcher.
  Dispatcher(events::EventLog& log, store::Store& store, exec::Timers& timers,
             exec::Executor& readers, const Clock& clock, Options options);
  Dispatcher(std::shared_ptr<LogSource> log, store::Store& store, exec::Timers& timers,
             exec::Executor& readers, const Clock& clock, Options options);
  ~Dispatcher() override;

  void onAppended(std::span<const events::EventPtr> events) override;

  /// Loads the cursors. Before the first subscribe(). [Errors] the store's.
  Result<void> start();
  /// Revokes what is in flight, writes the last cursors. Nothing is delivered after it. [Blocking]
  void stop();

  /// [Errors] invalidArgument: credit, conflict: the name is taken. `sink` outlives the
  /// subscription.
  Result<SubscriptionId> subscribe(SubscriptionSpec spec, Sink& sink);
  /// Replaces the filter of one lane for events not yet handed over; nothing = the subscription's.
  Result<void> setFilter(SubscriptionId id, InstanceKey instance,
                         std::optional<events::Filter> filter);

  /// ACTIVE: a new lane starts at the log's head, or after the sequence `after`, one with a cursor
  /// (or SUSPENDED) where it stands, but never before `after`. Active already (new settings): a
  /// failing lane probes now.
  void enable(SubscriptionId id, InstanceKey instance,
              std::optional<std::uint64_t> after = std::nullopt);
  /// The sequence of the instance's last event; 0 = none.
  std::uint64_t head(InstanceKey instance) const;
  /// OFF: in flight is revoked, the cursor is dropped.
  void disable(SubscriptionId id, InstanceKey instance);
  /// Queued work of the instance is dropped at once, in every lane; cursors stay until the store
  /// purges. Then only farewell() still delivers.
  void beginDelete(InstanceKey instance);
  /// Offers the events once to every lane that was not OFF, at most `within`; then `done`.
  void farewell(InstanceKey instance, const std::vector<events::EventPtr>& events,
                std::chrono::milliseconds within, Function<void()> done);
  /// Forgets the instance's lanes. After it the key is gone for good.
  void forget(InstanceKey instance);

  bool hasLane(InstanceKey instance, const std::string& subscription) const;
  /// The plugin is loaded, and the subscription's lanes follow each instance's settings.
  bool followsSettings(const std::string& subscription) const;
  /// A suspended lane goes on where its cursor stands, one that is failing probes now. [Errors]
  /// notFound, conflict: nobody serves it.
  Result<void> resume(InstanceKey instance, const std::string& subscription);
  /// Dead letters of the lane were marked in the store: it delivers them again, or once it is on.
  void replaysMarked(InstanceKey instance, const std::string& subscription);
  /// Some were removed: what lanes hold of them in memory and has not been handed over is not.
  void deadLettersPurged(InstanceKey instance);

  /// What is kept for replays only goes at the next sweeps, for as long as that is so.
  void setDiskIsLow(bool low);

  /// First answer for a token wins; a late or unknown one is counted and ignored.
  void done(std::uint64_t token, Outcome outcome);

  /// The lane's last attempts that the store does not have yet, oldest first; some of them it may.
  std::vector<AttemptEntry> attemptsNotStored(InstanceKey instance,
                                              const std::string& subscription) const;
  std::vector<LaneView> lanes(InstanceKey instance) const;  ///< 0 = all
  Counters counters() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  ///< shared with answers that are under way when it ends
};

}  // namespace colibri::delivery
