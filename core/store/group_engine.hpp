#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "store/job.hpp"

namespace colibri::store {

/// A database's side of the group commit: the Writer decides what joins which group, the engine
/// applies and commits it.
///
/// A group is one transaction. It begins with the first apply() or applyAlone() and ends with
/// commit() or rollBack().
///
/// [Threading] confined to the writer's thread. [Blocking] all of it. [Errors] those of Store.
class GroupEngine {
 public:
  enum class Ending : bool { committed, batchFailed };

  virtual ~GroupEngine() = default;

  /// Applies the jobs in order, and fills in `result` and `again` of each. [Errors] the whole group
  /// is to be rolled back. A failure may also come to light in commit().
  virtual Result<void> apply(std::span<Job> jobs) = 0;
  /// Applies one so that it fails alone.
  virtual Result<void> applyAlone(Job& job) = 0;
  /// False: nothing of the group is left that could be committed.
  virtual bool groupStands() const = 0;
  /// `batchFailed`: one batch could not be applied, who knows which; roll back and apply them
  /// alone.
  virtual Result<Ending> commit() = 0;
  /// Takes the group back. Nothing to do is fine.
  virtual void rollBack() = 0;

  /// Called after each group, and again at the latest when the time that it returns has passed.
  virtual std::optional<std::chrono::milliseconds> tidyUp(std::span<const Job>) { return {}; }

  // --- for databases behind a connection ---

  /// After an error: the connection broke. Only reconnect() helps.
  virtual bool lost() const { return false; }
  /// Whether the group that was under way then may have been committed.
  virtual bool outcomeUnknown() const { return false; }
  /// Tries once. True: that group turned out to be committed; false: it turned out not to be.
  virtual Result<bool> reconnect() { return false; }
};

}  // namespace colibri::store
