#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "crypto/sealer.hpp"
#include "events/event.hpp"
#include "exec/timers.hpp"
#include "store/store.hpp"

namespace colibri::events {

/// What a publisher hands in; the log adds id, sequence and time.
struct Draft {
  std::uint32_t type = 0;  ///< COLIBRI_EVENT_*
  std::string typeName;    ///< the wire name
  std::uint32_t flags = COLIBRI_EVENT_F_DURABLE;
  std::uint16_t schemaMajor = 1, schemaMinor = 0;
  std::int64_t occurredAtUs = 0;  ///< 0 = now
  std::int64_t expiresAtUs = 0;   ///< 0 = never
  std::string chatId;
  std::string dedupeKey;    ///< the network's own id; empty = never a repeat
  std::string body;         ///< UTF-8 JSON: exactly the event's `data`
  std::string origin = {};  ///< the plugin that causes it: one line; empty = none
};

/// Who an instance is, for the envelope.
struct InstanceIdentity {
  InstanceKey key = 0;
  std::string id, name, ownerJid;
  std::string apiKey = {};  ///< empty unless the operator exposes keys in events
};

/// Hears of events once they are durable (or, ephemeral, at once).
class LogListener {
 public:
  virtual ~LogListener() = default;
  /// [any thread, one at a time] In sequence order per instance. Short and non-blocking.
  virtual void onAppended(std::span<const EventPtr> events) = 0;
};

/// The durable log of every instance's events: durable before anyone sees them.
///
/// append() joins the events and the key-value operations given with them into one commit.
/// Ephemeral drafts (no DURABLE flag) are not stored: they get sequence 0 and reach the listener in
/// the same order. Bodies are sealed at rest when there is a master key. Over `maxQueuedBytes`, or
/// while the disk is full or nearly so, append() refuses with Errc::busy and onRoom() runs once
/// there is room.
///
/// [Threading] any thread; completions as Store::Done. [Blocking] read() and lastSequence().
class EventLog {
 public:
  struct Appended {
    std::uint64_t firstSequence = 0;  ///< of the first newly appended durable event; 0 = none
    std::uint32_t appended = 0;       ///< durable events that were new
  };
  struct Options {
    std::size_t maxQueuedBytes = std::size_t{64} << 20;
  };
  using Done = Function<void(Result<Appended>)>;
  /// [any thread] Nothing if the instance is unknown (deleted meanwhile).
  using Identify = std::function<std::optional<InstanceIdentity>(InstanceKey)>;

  /// `sealer` may be null: bodies lie readable. All references outlive the log.
  EventLog(store::Store& store, exec::Timers& timers, const Clock& clock,
           const crypto::Sealer* sealer, Identify identify, Options options);
  ~EventLog();

  /// Before the first append. `listener` and `onRoom` outlive the log's use.
  void listen(LogListener& listener, std::function<void()> onRoom);

  /// One instance, one commit. [Errors] at once and `done` is not called: busy, notFound (no such
  /// instance), invalidArgument (a draft that is no JSON type name, over 16 MB, ...). Otherwise
  /// `done` runs exactly once.
  Result<void> append(InstanceKey instance, std::vector<Draft> drafts, store::Batch withOps,
                      Done done);

  /// While it is, nothing is taken that would be written.
  void setDiskIsLow(bool low);
  /// For the sake of the disk.
  bool refuses() const;

  Result<std::vector<EventPtr>> read(InstanceKey instance, std::uint64_t after, std::uint32_t limit,
                                     std::size_t maxBytes);
  /// The event of a row that was copied from the log. [Errors] as read().
  Result<EventPtr> open(store::EventRow row) const;
  Result<std::uint64_t> lastSequence(InstanceKey instance);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace colibri::events
