#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/function.hpp"
#include "base/result.hpp"
#include "store/questions.hpp"

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
/// [Blocking]  read(); never call them on an event loop or in `done`.
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

  /// The answer to one of the questions in questions.hpp. [Blocking]
  template <class Question>
  Result<typename Question::Answer> read(const Question& question) {
    Reading<Question> reading{question};
    readInto(&reading);
    return std::move(reading.answer);
  }
  virtual void readInto(AnyReading reading) = 0;
};

}  // namespace colibri::store
