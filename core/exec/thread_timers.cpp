#include "exec/thread_timers.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"

namespace colibri::exec {

struct ThreadTimers::State {
  using Due = std::pair<SteadyTime, Id>;

  std::mutex mutex;  // guards everything below
  std::condition_variable changed;
  std::map<Due, Function<void()>> queue;
  std::unordered_map<Id, SteadyTime> due;
  Id lastId = 0;
  bool stopping = false;
  std::thread thread;

  void run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      if (queue.empty()) {
        changed.wait(lock);
      } else if (const auto at = queue.begin()->first.first;
                 at > std::chrono::steady_clock::now()) {
        changed.wait_until(lock, at);
      } else {
        auto next = queue.extract(queue.begin());
        due.erase(next.key().second);
        lock.unlock();
        next.mapped()();
        next = {};  // what the callback owned goes without the lock, too
        lock.lock();
      }
    }
  }
};

ThreadTimers::ThreadTimers() : state_(std::make_unique<State>()) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ThreadTimers::~ThreadTimers() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

Timers::Id ThreadTimers::after(std::chrono::milliseconds delay, Function<void()> call) {
  const auto at = std::chrono::steady_clock::now() + std::max(delay, std::chrono::milliseconds(0));
  bool first = false;
  Id id = 0;
  {
    const std::lock_guard lock(state_->mutex);
    id = ++state_->lastId;
    state_->due.emplace(id, at);
    const auto place = state_->queue.emplace(State::Due{at, id}, std::move(call)).first;
    first = place == state_->queue.begin();
  }
  if (first) state_->changed.notify_one();
  return id;
}

void ThreadTimers::cancel(Id id) {
  Function<void()> dropped;  // destroyed after the lock is gone
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->due.find(id);
  if (found == state_->due.end()) return;
  const auto entry = state_->queue.find({found->second, id});
  dropped = std::move(entry->second);
  state_->queue.erase(entry);
  state_->due.erase(found);
}

}  // namespace colibri::exec
