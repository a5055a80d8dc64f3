#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "exec/executor.hpp"
#include "exec/timers.hpp"

namespace colibri::exec {

/// A call that is taking too long, as it is reported.
struct SlowCall {
  StrandKey strand;
  const char* what = "";
  std::chrono::milliseconds runningFor{0};
  bool replaced = false;  ///< another worker took this one's place
};

/// Strands on a shared pool of threads, with a watchdog.
///
/// Owners (the pointers in StrandKey) are served round robin, and one owner never has the last free
/// worker: it runs at most `workers - 1` calls at once. A call that runs longer than `slowAfter` is
/// reported once, a replacement worker starts in its place (at most `maxReplacements` at once), and
/// until it returns its owner runs at most half as many calls as there are workers, those that hang
/// included. A strand without work costs nothing. A call that throws std::bad_alloc is given up
/// with all it owns; the others, those of its strand included, go on.
///
/// [Threading] any thread. [Blocking] stop(), and the destructor which calls it with ten seconds.
class PoolExecutor final : public Executor {
 public:
  struct Options {
    std::size_t workers = 4;
    std::chrono::milliseconds slowAfter{5'000};
    std::size_t maxReplacements = 32;
    /// Runs on the timers' thread. Empty = a line in the log.
    std::function<void(const SlowCall&)> onSlow;
  };
  /// `clock` and `timers` drive the watchdog and outlive the executor.
  PoolExecutor(const Clock& clock, Timers& timers, Options options);
  ~PoolExecutor() override;
  PoolExecutor(const PoolExecutor&) = delete;
  PoolExecutor& operator=(const PoolExecutor&) = delete;

  void post(StrandKey strand, const char* what, Function<void()> work) override;

  /// Runs what was posted before it, refuses what comes later, and joins the workers. False if
  /// calls still ran after `within`: they are named in the log, their threads are left behind and
  /// what they kept waiting is dropped. [Blocking]
  bool stop(std::chrono::milliseconds within);

  std::uint64_t outOfMemory() const noexcept;  ///< calls that were given up for want of memory
  std::size_t threads() const;                 ///< alive, replacements included
  std::size_t strands() const;                 ///< with work waiting or running

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace colibri::exec
