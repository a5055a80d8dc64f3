#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "store/store.hpp"

namespace colibri::commands {

/// What an instance may keep of idempotency records, so that one key does not fill the disk. The
/// store is counted at the first use and now and then, since old records go; between that it is
/// kept up in memory.
///
/// [Threading] any thread; locked by mutex_, never over a call out.
class RecordAllowance {
 public:
  struct Limits {
    std::uint64_t records = 100'000;
    std::uint64_t bytes = std::uint64_t{256} << 20;  ///< of their answers
  };
  RecordAllowance(store::Store& store, const Clock& clock, Limits limits)
      : store_(store), clock_(clock), limits_(limits) {}

  /// For one more record. [Blocking] it may read the store. [Errors] overLimit, which names the
  /// limit; the store's.
  Result<void> take(InstanceKey instance);
  /// It was not needed after all.
  void giveBack(InstanceKey instance);
  /// A record was given its answer.
  void answered(InstanceKey instance, std::size_t bytes);
  void forget(InstanceKey instance);

  std::uint64_t refused() const noexcept { return refused_; }  ///< so far

 private:
  struct Use {
    store::IdempotencyUse kept;
    SteadyTime countedAt;
  };
  bool isOver(const store::IdempotencyUse& kept) const noexcept;

  store::Store& store_;
  const Clock& clock_;
  const Limits limits_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::mutex mutex_;  // guards uses_
  std::unordered_map<InstanceKey, Use> uses_;
};

}  // namespace colibri::commands
