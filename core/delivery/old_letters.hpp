#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "delivery/deliveries.hpp"
#include "exec/timers.hpp"

namespace colibri::delivery {

/// Removes dead letters that nobody has wanted for long, and the oldest of an instance that has too
/// many, so that an endpoint that rejects everything does not fill the disk. Those that are to be
/// delivered again stay. What goes is logged and counted.
///
/// [Threading] any thread. [Ownership] ends before what it refers to.
class OldLetters {
 public:
  struct Options {
    std::chrono::hours keepFor{};  ///< 0 = for ever
    /// Of one instance, and of their bodies; looked at every ten minutes.
    std::uint64_t most = UINT64_MAX, mostBytes = UINT64_MAX;
    std::chrono::minutes every{10};
  };

  OldLetters(Deliveries& deliveries, store::Store& store, exec::Executor& executor,
             exec::Timers& timers, const Clock& clock, Options options);
  ~OldLetters();  ///< stop()

  void start();
  /// What is under way ends by itself.
  void stop();
  /// So far: too old; and too many.
  std::uint64_t removed() const noexcept;
  std::uint64_t overLimit() const noexcept;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace colibri::delivery
