#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/function.hpp"
#include "base/result.hpp"
#include "store/rows.hpp"

namespace colibri::store {

/// Everything durable, behind one interface that SQLite and PostgreSQL implement.
///
/// Writes: a batch is all or nothing and joins the running group commit with the batches of others
/// (at most 2 ms or 256 batches); `done` runs after the commit is on disk. Batches commit in the
/// order of submit(). Nobody blocks a thread per write. A batch that is one PurgeInstance,
/// DropEvents or DropExpired may take several commits, with those of others in between, so that
/// nobody waits for it; `done` runs after the last.
///
/// [Threading] any thread. `done` runs on the writer's thread, in commit order: short, never
///             blocking, may call submit().
/// [Blocking]  the read functions; never call them on an event loop or in `done`.
/// [Errors]    conflict (a unique name is taken: that batch alone fails), busy (disk full),
///             unavailable (it is certainly not committed), timeout (only while shutting down:
///             nobody knows), internal. After shutdown() every submit() ends in shuttingDown, at
///             once and on the caller's thread.
class Store {
 public:
  using Done = Function<void(Result<Committed>)>;
  virtual ~Store() = default;

  virtual void submit(Batch batch, Done done) = 0;
  /// Bytes submitted and not yet committed: the caller's measure for back-pressure.
  virtual std::size_t queuedBytes() const noexcept = 0;
  /// Rows that were found damaged since the store was opened: left where they are, and not served.
  virtual std::uint64_t damagedRows() const noexcept { return 0; }
  /// One that only the reader can tell, since it does not open: counted and logged once.
  virtual void noteDamage(std::string_view /*table*/, const std::string& /*row*/) {}
  /// Commits what is queued, then stops the writer. [Blocking]
  virtual void shutdown() = 0;

  // --- reading [Blocking] ---
  virtual Result<std::vector<InstanceRow>> instances() = 0;
  /// The highest key of an instance that any row has, whether instances() could list it or not; a
  /// new instance needs a higher one. 0 = none.
  virtual Result<InstanceKey> lastInstance() { return InstanceKey{0}; }
  virtual Result<std::vector<SettingsRow>> settings(InstanceKey instance) = 0;
  virtual Result<std::vector<CursorRow>> cursors() = 0;
  /// The last sequence given to the instance, events since dropped included; 0 = none.
  virtual Result<std::uint64_t> lastSequence(InstanceKey instance) = 0;
  /// Events with sequence > `after`, ascending; stops at `limit` rows or once `maxBytes` of bodies
  /// are read (at least one row comes if there is one).
  virtual Result<std::vector<EventRow>> events(InstanceKey instance, std::uint64_t after,
                                               std::uint32_t limit, std::size_t maxBytes) = 0;
  /// Dead letters with id > `after`, oldest first, without their bodies.
  virtual Result<std::vector<DeadLetterRow>> deadLetters(const DeadLetterFilter& filter,
                                                         std::uint64_t after,
                                                         std::uint32_t limit) = 0;
  /// A whole one; nothing if the instance has no such.
  virtual Result<std::optional<DeadLetterRow>> deadLetter(InstanceKey instance,
                                                          std::uint64_t id) = 0;
  /// Those of a lane that are to be delivered again, whole, oldest first; `maxBytes` as in
  /// events().
  virtual Result<std::vector<DeadLetterRow>> markedDeadLetters(std::string_view subscription,
                                                               InstanceKey instance,
                                                               std::uint32_t limit,
                                                               std::size_t maxBytes) = 0;
  /// Lanes without one are left out; `instance` 0 = all.
  virtual Result<std::vector<DeadLetterCount>> deadLetterCounts(InstanceKey instance) = 0;
  /// Of the bodies of an instance's.
  virtual Result<std::uint64_t> deadLetterBytes(InstanceKey instance) = 0;
  /// The last attempts of a lane, newest first.
  virtual Result<std::vector<AttemptRow>> attempts(std::string_view subscription,
                                                   InstanceKey instance, std::uint32_t limit) = 0;
  virtual Result<std::optional<IdempotencyRow>> idempotency(InstanceKey instance,
                                                            std::string_view key) = 0;
  virtual Result<IdempotencyUse> idempotencyUse(InstanceKey instance) = 0;
  /// One entry per key asked for, in that order.
  virtual Result<std::vector<KvEntry>> kvGet(std::string_view plugin, InstanceKey instance,
                                             std::span<const std::string> keys) = 0;
  /// Keys that begin with `prefix` and are greater than `after`, in key order.
  virtual Result<std::vector<KvEntry>> kvScan(std::string_view plugin, InstanceKey instance,
                                              std::string_view prefix, std::string_view after,
                                              std::uint32_t limit) = 0;
  /// The entries of all plugins, values open, in the order of plugin and key, behind `after`: for
  /// moving them to another store.
  virtual Result<std::vector<KvPut>> kvAll(InstanceKey instance, const KvPlace& after,
                                           std::uint32_t limit) = 0;
  /// Bytes within the database's files that new rows take before those grow; 0 = it does not say.
  virtual Result<std::uint64_t> reusableBytes() { return std::uint64_t{0}; }
  /// For tests and for "nothing is left": rows of the instance over all tables.
  virtual Result<std::uint64_t> countRows(InstanceKey instance) = 0;
};

}  // namespace colibri::store
