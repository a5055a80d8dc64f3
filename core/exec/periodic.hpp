#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "exec/timers.hpp"

namespace colibri::exec {

/// Calls something every so often, for as long as it lives. Whoever destroys it waits for a call
/// that is under way, and no other comes.
///
/// [Threading] any thread, but not from the call; calls as Timers say.
class Periodic {
 public:
  /// `timers` outlives it.
  Periodic(Timers& timers, std::chrono::milliseconds every, Function<void()> call)
      : state_(std::make_shared<State>(timers, every, std::move(call))) {
    const std::lock_guard lock(state_->mutex);
    state_->later();
  }
  ~Periodic() {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->timers.cancel(state_->timer);
  }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  struct State : std::enable_shared_from_this<State> {
    State(Timers& t, std::chrono::milliseconds e, Function<void()> c)
        : timers(t), every(e), call(std::move(c)) {}
    void later() {
      timer = timers.after(every, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        const std::lock_guard lock(self->mutex);
        if (self->ended) return;
        self->call();
        self->later();
      });
    }

    Timers& timers;
    const std::chrono::milliseconds every;
    Function<void()> call;
    std::mutex mutex;  // guards the rest
    bool ended = false;
    Timers::Id timer = 0;
  };
  const std::shared_ptr<State> state_;
};

}  // namespace colibri::exec
