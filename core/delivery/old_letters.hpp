#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "delivery/deliveries.hpp"
#include "exec/timers.hpp"

namespace colibri::delivery {

/// Removes dead letters that nobody has wanted for long, so that an endpoint that rejects
/// everything does not fill the disk over the years. Those that are to be delivered again stay.
/// What goes is logged and counted.
///
/// [Threading] any thread. [Ownership] ends before what it refers to.
class OldLetters {
 public:
  struct Options {
    std::chrono::hours keepFor{};  ///< 0 = for ever
    std::chrono::minutes every{60};
  };

  OldLetters(Deliveries& deliveries, store::Store& store, exec::Executor& executor,
             exec::Timers& timers, const Clock& clock, Options options);
  ~OldLetters();  ///< stop()

  void start();
  /// What is under way ends by itself.
  void stop();
  /// So far.
  std::uint64_t removed() const noexcept;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace colibri::delivery
