#pragma once

#include <chrono>
#include <memory>

#include "blobs/local/local_store.hpp"
#include "exec/executor.hpp"
#include "exec/periodic.hpp"

namespace colibri::blobs::local {

/// Sweeps a store every so often, and whenever too much lies in it, on the pool.
///
/// [Threading] any thread.
class Sweeper {
 public:
  static constexpr std::chrono::seconds kEvery{60};

  /// All references outlive it.
  Sweeper(LocalStore& store, exec::Executor& executor, exec::Timers& timers);
  /// [Blocking] until no sweep is under way.
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  struct State;
  const std::shared_ptr<State> state_;
  const std::unique_ptr<exec::Periodic> timer_;
};

}  // namespace colibri::blobs::local
