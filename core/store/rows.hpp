#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.hpp"

/// The durable things, as plain data. Times are UTC microseconds, names end in Us; where a row ends
/// by itself, it is by kept time (Clock::keptUs()).
namespace colibri::store {

/// One instance. `settings` live in rows of their own.
struct InstanceRow {
  InstanceKey key = 0;
  std::string id;           ///< UUID, unique
  std::string name;         ///< unique, as the user named it
  std::string integration;  ///< "WHATSAPP-BAILEYS"
  std::string number;       ///< as given at creation; may be empty
  std::string tokenHash;    ///< sha256, 32 bytes, unique: for lookup
  std::string tokenSealed;  ///< to show it again
  bool linked = false;      ///< has been paired: reconnects by itself at start
  bool deleting = false;    ///< a deletion has begun: finished at the next start if a crash cut it
  std::string ownerJid, profileName, profilePictureUrl;
  std::int32_t disconnectionCode = 0;  ///< the network's number for the last final close; 0 = none
  std::int64_t disconnectedAtUs = 0, createdAtUs = 0, updatedAtUs = 0;
};

/// One plugin's settings for one instance; `json` is sealed.
struct SettingsRow {
  InstanceKey instance = 0;
  std::string alias;
  std::string json;
};

/// A durable event, as it lies in the log. `body` may be sealed (flag in `sealed`).
struct EventRow {
  InstanceKey instance = 0;
  std::uint64_t sequence = 0;  ///< per instance, from 1
  std::string eventId;         ///< ULID
  std::uint32_t type = 0;
  std::string typeName;  ///< the wire name
  std::uint32_t flags = 0;
  std::uint16_t schemaMajor = 1, schemaMinor = 0;
  std::int64_t occurredAtUs = 0, recordedAtUs = 0, expiresAtUs = 0;
  std::string ownerJid, chatId;
  std::string body;
  bool sealed = false;
};

struct CursorRow {
  std::string subscription;  ///< "<plugin alias>/<subscription name>"
  InstanceKey instance = 0;
  std::uint64_t low = 0;                 ///< everything up to here is done
  std::vector<std::uint64_t> doneAbove;  ///< at most 256, ascending
  std::uint8_t state = 0;                ///< delivery's own number
  std::string reason;                    ///< why suspended; may be empty
  std::int64_t failingSinceUs = 0;       ///< 0 = healthy
};

struct DeadLetterRow {
  std::uint64_t id = 0;  ///< the store's, ascending
  std::string subscription;
  InstanceKey instance = 0;
  std::uint64_t sequence = 0;
  std::string reason;
  std::uint32_t attempts = 0;
  std::int64_t firstAttemptAtUs = 0, deadAtUs = 0;
  /// Since when it is to be delivered again; 0 = it is not. Only read: see MarkDeadLetter.
  std::int64_t replayAtUs = 0;
  /// Of the body as it lies there, also where a list leaves it out; 0 = none (the backlog cap drops
  /// it). Only read.
  std::uint64_t bodyBytes = 0;
  std::optional<EventRow> event;
};

/// Which dead letters of an instance. Empty texts mean any.
struct DeadLetterFilter {
  InstanceKey instance = 0;
  std::string subscription = {}, typeName = {}, chatId = {};
  std::int64_t diedFromUs = 0, diedBeforeUs = INT64_MAX;
  bool marked = true;  ///< those that are to be delivered again, too
};
/// How many a lane has.
struct DeadLetterCount {
  std::string subscription;
  InstanceKey instance = 0;
  std::uint64_t letters = 0;
  std::uint64_t marked = 0;  ///< of them: to be delivered again
};

/// One attempt to deliver, of the last kAttemptsKept (lifetimes.hpp) of its lane.
struct AttemptRow {
  std::string subscription;
  InstanceKey instance = 0;
  std::uint64_t number =
      0;              ///< ascending in the lane; takes the place of the one so many before it
  std::string entry;  ///< delivery's own text
};

struct IdempotencyRow {
  InstanceKey instance = 0;
  std::string key;
  std::string requestHash;       ///< sha256 of the request
  std::string messageId;         ///< chosen when first seen
  int status = 0;                ///< HTTP status of the answer; 0 = not answered yet
  std::string answer;            ///< its body
  std::int64_t createdAtUs = 0;  ///< kept time
};

/// What an instance's idempotency records take.
struct IdempotencyUse {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of their answers, as they lie there
};

/// Plugins' bytes: namespace = (plugin id, instance; 0 = the plugin's own).
struct KvEntry {
  std::string key;
  std::optional<std::string> value;  ///< nothing = absent
};

/// Where an entry stands in the order (plugin, key); empty = before all.
struct KvPlace {
  std::string plugin, key;
};

// --- operations of a batch -----------------------------------------------------------------

/// Appends one event; the store gives `sequence`. A repeat of `dedupeKey` (per instance, 30 days)
/// is skipped without error.
struct AppendEvent {
  EventRow event;
  std::string dedupeKey;  ///< empty = never a repeat
};
/// Inserts or updates by key; a conflict on name, id or token hash fails the batch.
struct PutInstance {
  InstanceRow row;
};
/// Every row of the instance, in every table, dead letters and key-value data included. Alone in
/// its batch: it may take several commits.
struct PurgeInstance {
  InstanceKey instance;
};
struct PutSettings {
  SettingsRow row;
};
struct RemoveSettings {
  InstanceKey instance;
  std::string alias;
};
struct PutCursor {
  CursorRow row;
};
struct RemoveCursor {
  std::string subscription;
  InstanceKey instance;
};
struct AddDeadLetter {
  DeadLetterRow row;
};
struct RemoveDeadLetter {
  std::uint64_t id;
};
/// It is to be delivered again. One that is gone meanwhile is no error, here and below.
struct MarkDeadLetter {
  std::uint64_t id;
  std::int64_t replayAtUs;
};
/// It was delivered again in vain: it lies there as before, with what is new.
struct ReturnDeadLetter {
  std::uint64_t id;
  std::string reason;
  std::uint32_t attempts;
  std::int64_t deadAtUs;
};
/// The entry is sealed at rest.
struct PutAttempt {
  AttemptRow row;
  bool sealed = false;  ///< the store's own
};
/// What identifies the request, and the answer, are sealed at rest.
struct PutIdempotency {
  IdempotencyRow row;
  bool sealed = false;  ///< the store's own
};
/// Of a command that was not handed over after all. One that is gone is no error.
struct RemoveIdempotency {
  InstanceKey instance;
  std::string key;
};
struct KvPut {
  std::string plugin;
  InstanceKey instance;
  std::string key, value;
  bool secret = false;           ///< sealed at rest
  std::int64_t expiresAtUs = 0;  ///< kept time; 0 = never
};
struct KvRemove {
  std::string plugin;
  InstanceKey instance;
  std::string key;
};
/// Drops events of the instance with sequence <= `upTo`.
struct DropEvents {
  InstanceKey instance;
  std::uint64_t upTo;
};
/// Drops dedupe keys, idempotency records and key-value entries that ended before `keptUs`.
struct DropExpired {
  std::int64_t keptUs;
};

using Operation = std::variant<AppendEvent, PutInstance, PurgeInstance, PutSettings, RemoveSettings,
                               PutCursor, RemoveCursor, AddDeadLetter, RemoveDeadLetter,
                               MarkDeadLetter, ReturnDeadLetter, PutAttempt, PutIdempotency,
                               RemoveIdempotency, KvPut, KvRemove, DropEvents, DropExpired>;
using Batch = std::vector<Operation>;

/// What a committed batch did: one entry per AppendEvent, in order; 0 = a repeat, not appended.
struct Committed {
  std::vector<std::uint64_t> sequences;
};

}  // namespace colibri::store
