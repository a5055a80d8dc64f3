#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "delivery/counters.hpp"
#include "delivery/ephemeral_queue.hpp"
#include "delivery/lane_cursor.hpp"
#include "delivery/lane_view.hpp"
#include "delivery/lane_window.hpp"
#include "delivery/moment.hpp"
#include "delivery/replay_queue.hpp"
#include "delivery/sink.hpp"
#include "events/filter.hpp"
#include "store/rows.hpp"

namespace colibri::delivery {

/// What came back for no reason of its own waits this long, or a sink that returns at once spins.
inline constexpr std::int64_t kReturnedUs = 1'000'000;

/// The fixed rules of a lane, and what all lanes share.
struct LaneRules {
  std::uint32_t credit = 8;
  bool strictOrder = false;
  std::chrono::microseconds suspendAfter = std::chrono::hours(5 * 24);
  std::uint32_t windowEvents = 256;
  std::size_t windowBytes = std::size_t{1} << 20;
};
struct LaneShared {
  const Clock& clock;
  Counters& counters;
  std::mt19937_64& random;
  std::size_t& memory;  ///< bytes of all windows
};

/// What a lane gives to its sink.
struct Handed {
  enum class Kind : std::uint8_t { durable, ephemeral, farewell, replay };
  Kind kind = Kind::durable;
  events::EventPtr event;
  std::uint32_t number = 1;
  std::uint64_t letter = 0;  ///< of a replay: the dead letter's id
  std::uint32_t before = 0;  ///< of a replay: attempts that `number` does not count
};
/// An event that failed for good; it counts as unfinished until Lane::buried().
struct Burial {
  std::uint64_t sequence = 0;
  events::EventPtr event;
  std::string reason;
  std::uint32_t attempts = 0;
  std::int64_t firstAttemptAtUs = 0;
};
/// A replay that is over; it counts as unfinished until Lane::replays().settled().
struct Replayed {
  std::uint64_t letter = 0;
  std::string inVain;  ///< why it stays a dead letter; empty = delivered
  std::uint32_t attempts = 0;
};
/// What an answer leads to, besides what the lane keeps to itself.
struct Verdict {
  std::optional<Burial> burial;
  std::optional<Replayed> replayed;
  bool suspended = false;  ///< just now
};
/// A page of the log that the lane would like to have.
struct ReadWish {
  std::uint64_t after = 0;
  std::uint32_t limit = 0;
  std::size_t bytes = 0;
};

/// The logic of one lane, without threads, store or timers: told of events, answers and time, it
/// says what to hand over, what to read, when to look again and what to write down.
///
/// [Threading] confined to the dispatcher's lock.
class Lane {
 public:
  static constexpr std::uint32_t kMostAttempts = 3;  ///< failed or unanswered, of one event

  Lane(LaneRules rules, LaneShared shared, const events::Filter& subscribed, store::CursorRow row);

  // --- life ---
  /// ACTIVE from where the cursor stands. A lane that was failing goes on with its schedule; one
  /// that is active and failing (new settings) probes now; a suspended one begins afresh.
  void serve(Moment now);
  bool serving() const noexcept { return serving_; }
  LaneState state() const noexcept { return state_; }
  /// The instance is going: all is let go, and only what goodbye() is given is still handed over.
  void leave();
  bool leaving() const noexcept { return leaving_; }
  void goodbye(std::vector<events::EventPtr> events);
  bool leftAll() const noexcept { return farewells_.empty() && inFlight() == 0; }
  /// Nothing = the subscription's.
  void setFilter(std::optional<events::Filter> filter);
  /// `suspended` may be written down from now on.
  void announced();

  // --- events in ---
  /// A new event of the log, which ended at `previousHead` before it. Taken if the lane stands at
  /// the head and has room; otherwise the lane is behind, and reads.
  void offer(const events::EventPtr& event, std::uint64_t previousHead, bool memoryLeft,
             Moment now);
  void offerEphemeral(events::EventPtr event);
  std::optional<ReadWish> wish(std::uint64_t head, Moment now) const;
  /// Names the read for page() or readFailed(), which are ignored if the lane was reset meanwhile.
  std::uint64_t readBegan() noexcept { return readingFor_ = generation_; }
  /// Nothing up to `upTo` was left out.
  void page(std::uint64_t read, std::span<const events::EventPtr> events, std::uint64_t upTo,
            Moment now);
  void readFailed(std::uint64_t read, Moment now);

  // --- dead letters to be delivered again (lane_replays.cpp) ---
  ReplayQueue& replays() {
    if (!replays_) replays_ = std::make_unique<ReplayQueue>(shared_.memory);
    return *replays_;
  }
  bool hasReplays() const noexcept { return replays_ && !replays_->idle(); }
  /// A page of them would be handed over now. A probe is made with the head event, if there is one.
  bool wantsReplays(std::uint64_t head, Moment now) const;
  void replayReadFailed(std::uint64_t read, Moment now);

  // --- events out ---
  bool ready(Moment now);
  /// What ready() promised.
  Handed take(Moment now);
  Verdict answered(const Handed& handed, const Outcome& outcome, Moment now);
  Verdict unanswered(const Handed& handed, Moment now);
  void buried(std::uint64_t sequence);
  /// For the backlog cap: passes everything up to `upTo` that is not in flight and returns those of
  /// `rows` (which end at `upTo`) that were waiting for delivery.
  std::vector<store::EventRow> cut(std::vector<store::EventRow> rows, std::uint64_t upTo);

  std::size_t inFlight() const noexcept {
    return window_.inFlight() + lightInFlight_ + (replays_ ? replays_->inFlight() : 0);
  }
  /// When to look at the lane again (steady); nothing = only when told something.
  std::optional<std::int64_t> wakeAtUs(Moment now) const;

  // --- what to write down, and to show ---
  enum class Dirty : std::uint8_t { no, lazily, now };
  Dirty dirty() const noexcept { return dirty_; }
  /// The cursor as it is now; clean after it.
  store::CursorRow write();
  void mustWrite() noexcept { dirty_ = Dirty::now; }
  const LaneCursor& cursor() const noexcept { return cursor_; }
  void show(LaneView& view) const;

 private:
  enum class Phase : std::uint8_t { healthy, paused, probing };
  struct Tries {
    std::uint32_t number = 0, failures = 0, unanswered = 0;
    std::int64_t firstAtUs = 0, notBeforeUs = 0;
  };

  void takeIn(const events::EventPtr& event, Moment now);
  bool wanted(std::string_view typeName) const;
  bool passIfExpired(const events::Event& event);
  void dropExpiredLight();
  std::optional<std::uint64_t> choose(Moment now);
  bool mayGo(Moment now) const;
  void acknowledge(std::uint64_t sequence);
  void putBack(std::uint64_t sequence, std::int64_t atUs);
  void pauseUntil(std::chrono::microseconds wait, Moment now);
  void recovered();
  void failed(const Outcome& outcome, Moment now, Verdict& verdict);
  void eventFailed(const Handed& handed, const Outcome& outcome, Moment now, Verdict& verdict);
  void returned(const Handed& handed, Moment now);
  Burial bury(const Handed& handed, std::string reason);
  void suspend(std::string reason, Verdict& verdict);
  bool replayMayGo(Moment now) const;
  bool replayGoesNext(bool othersWait, bool probe, Moment now) const;
  Handed takeReplay();
  Verdict replayAnswered(const Handed& handed, const Outcome& outcome, Moment now);
  Verdict replayUnanswered(const Handed& handed, const Outcome& outcome, Moment now);
  void letGo();
  void advance(Dirty how);
  void touch(Dirty how) noexcept { dirty_ = std::max(dirty_, how); }
  double chance();

  const LaneRules rules_;
  LaneShared shared_;
  const events::Filter& subscribed_;
  std::optional<events::Filter> own_;
  const std::string subscription_;
  const InstanceKey instance_;

  LaneState state_;
  bool serving_ = false, leaving_ = false, announced_ = true;
  std::string reason_;
  std::int64_t failingSinceUs_ = 0;  ///< a stamp to show; its age is what counts

  LaneCursor cursor_;
  LaneWindow window_;
  EphemeralQueue light_;                  ///< ephemeral events
  std::unique_ptr<ReplayQueue> replays_;  ///< null: there were none yet, as in most lanes
  bool replaysTurn_ = true;
  std::deque<events::EventPtr> farewells_;
  std::map<std::uint64_t, Tries> tries_;  ///< of unfinished events that were handed over
  std::size_t lightInFlight_ = 0;         ///< ephemeral and farewell events
  std::uint64_t readTo_ = 0;              ///< up to here all is finished or in the window
  std::uint64_t generation_ = 1;          ///< +1 when the window is let go
  std::uint64_t readingFor_ = 0;          ///< the generation a read is under way for; 0 = none
  std::int64_t readAgainUs_ = 0;          ///< after a failed read

  Phase phase_ = Phase::healthy;
  std::uint32_t step_ = 0;
  std::int64_t probeAtUs_ = 0;
  Dirty dirty_ = Dirty::no;
};

}  // namespace colibri::delivery
