#include "blobs/local/sweeper.hpp"

#include <mutex>

namespace colibri::blobs::local {

struct Sweeper::State : std::enable_shared_from_this<Sweeper::State> {
  State(LocalStore& s, exec::Executor& e) : store(s), executor(e) {}

  /// One at a time; what comes while one waits is done by that one.
  void ask() {
    if (ended || asked.exchange(true)) return;
    executor.post({this, 0}, "blobs sweep", [self = shared_from_this()] {
      self->asked = false;
      const std::lock_guard lock(self->mutex);
      if (!self->ended) self->store.sweep();
    });
  }

  LocalStore& store;
  exec::Executor& executor;
  std::atomic<bool> asked{false};
  std::atomic<bool> ended{false};
  std::mutex mutex;  // one sweep at a time
};

Sweeper::Sweeper(LocalStore& store, exec::Executor& executor, exec::Timers& timers)
    : state_(std::make_shared<State>(store, executor)),
      timer_(std::make_unique<exec::Periodic>(timers, kEvery, [state = state_] { state->ask(); })) {
  store.onOverfull([state = state_] { state->ask(); });
  state_->ask();
}

Sweeper::~Sweeper() {
  state_->ended = true;
  const std::lock_guard lock(state_->mutex);
}

}  // namespace colibri::blobs::local
