#include "exec/pool_executor.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "exec/strand_queue.hpp"
#include "log/log.hpp"

namespace colibri::exec {
namespace {

void logSlow(const SlowCall& call) {
  log::write(log::Level::warn, "exec", "a call runs too long",
             {{"call", call.what},
              {"strand", std::uint64_t{call.strand.key}},
              {"ms", std::int64_t{call.runningFor.count()}},
              {"worker_replaced", call.replaced ? "yes" : "no"}});
}

void logOutOfMemory(const char* what) noexcept {
  try {
    log::write(log::Level::error, "exec", "out of memory: a call was given up", {{"call", what}});
  } catch (const std::bad_alloc&) {
    return;  // not even for the name of the call; it is counted
  }
}

struct Worker {
  std::thread thread;
  bool ended = false;
  bool busy = false, reported = false;
  StrandKey strand;
  const char* what = "";
  SteadyTime since;
};

}  // namespace

/// Shared with its threads, so that one that hangs may be left behind.
struct PoolExecutor::State : std::enable_shared_from_this<State> {
  State(const Clock& c, Timers& t, Options o)
      : clock(c),
        timers(t),
        options(std::move(o)),
        queue(options.workers > 1 ? options.workers - 1 : 1, options.workers / 2) {
    COLIBRI_ASSERT(options.workers > 0);
    if (!options.onSlow) options.onSlow = logSlow;
  }

  const Clock& clock;
  Timers& timers;
  Options options;

  mutable std::mutex mutex;  // guards everything below
  std::condition_variable work, ended;
  StrandQueue queue;
  std::list<Worker> workers;
  std::size_t alive = 0, slowNow = 0;
  bool watching = false, stopping = false, abandoned = false;
  std::atomic<std::uint64_t> outOfMemory = 0;  // not guarded

  std::size_t wanted() const {
    return options.workers + std::min(slowNow, options.maxReplacements);
  }

  void startMissing() {
    while (alive < wanted()) {
      auto& worker = workers.emplace_back();
      ++alive;
      worker.thread = std::thread([self = shared_from_this(), &worker] { self->run(worker); });
    }
  }

  void run(Worker& worker) {
    std::unique_lock lock(mutex);
    // More than wanted: the call that another worker was replaced for has returned.
    while (!abandoned && alive <= wanted()) {
      if (auto task = queue.pop()) {
        runTask(worker, std::move(*task), lock);
      } else if (stopping && queue.waiting() == 0) {
        break;
      } else {
        work.wait(lock);
      }
    }
    worker.ended = true;
    --alive;
    work.notify_all();
    ended.notify_all();
  }

  void runTask(Worker& worker, StrandQueue::Task task, std::unique_lock<std::mutex>& lock) {
    worker.busy = true;
    worker.reported = false;
    worker.strand = task.strand;
    worker.what = task.what;
    worker.since = clock.steady();
    const bool watch = !stopping && !std::exchange(watching, true);
    if (queue.runnable()) work.notify_one();
    lock.unlock();
    if (watch) watchLater();
    try {
      task.work();
    } catch (const std::bad_alloc&) {
      ++outOfMemory;
      logOutOfMemory(task.what);
    }
    task.work = {};
    lock.lock();
    worker.busy = false;
    if (worker.reported) --slowNow;
    queue.finished(task.strand, worker.reported);
  }

  void watchLater() {
    timers.after(std::max(options.slowAfter / 5, std::chrono::milliseconds(1)),
                 [weak = weak_from_this()] {
                   if (const auto self = weak.lock()) self->watch();
                 });
  }

  /// Looks at what runs, on the timers' thread; comes again for as long as something does.
  void watch() {
    std::vector<SlowCall> slow;
    std::vector<std::thread> finished;
    bool again = false;
    {
      const std::lock_guard lock(mutex);
      const auto now = clock.steady();
      for (auto& worker : workers) {
        again = again || worker.busy;
        if (!worker.busy || worker.reported || now - worker.since < options.slowAfter) continue;
        worker.reported = true;
        queue.slow(worker.strand.owner);
        ++slowNow;
        slow.push_back({worker.strand, worker.what,
                        std::chrono::duration_cast<std::chrono::milliseconds>(now - worker.since),
                        slowNow <= options.maxReplacements});
      }
      if (!stopping) startMissing();
      again = again && !stopping;
      watching = again;
      finished = takeEnded();
    }
    for (auto& thread : finished) thread.join();
    for (const auto& call : slow) options.onSlow(call);
    if (again) watchLater();
  }

  /// With the lock held; these threads have had their last look at it.
  std::vector<std::thread> takeEnded() {
    std::vector<std::thread> threads;
    std::erase_if(workers, [&threads](Worker& worker) {
      if (worker.ended) threads.push_back(std::move(worker.thread));
      return worker.ended;
    });
    return threads;
  }

  bool stop(std::chrono::milliseconds within) {
    std::deque<StrandQueue::Task> dropped;
    std::vector<std::thread> finished;
    bool all = false;
    {
      std::unique_lock lock(mutex);
      stopping = true;
      work.notify_all();
      const auto none = [this] { return alive == 0; };
      all = abandoned ? none() : ended.wait_for(lock, within, none);
      abandoned = !all;
      dropped = queue.drop();
      finished = takeEnded();
      for (auto& worker : workers) leaveBehind(worker);
    }
    work.notify_all();
    for (auto& thread : finished) thread.join();
    return all;
  }

  void leaveBehind(Worker& worker) {
    if (!worker.thread.joinable()) return;
    worker.thread.detach();
    if (!worker.busy) return;
    log::write(log::Level::error, "exec", "a call did not return before the end",
               {{"call", worker.what}, {"strand", std::uint64_t{worker.strand.key}}});
  }
};

PoolExecutor::PoolExecutor(const Clock& clock, Timers& timers, Options options)
    : state_(std::make_shared<State>(clock, timers, std::move(options))) {
  const std::lock_guard lock(state_->mutex);
  state_->startMissing();
}

PoolExecutor::~PoolExecutor() {
  stop(std::chrono::seconds(10));
}

void PoolExecutor::post(StrandKey strand, const char* what, Function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->stopping) {
      state_->queue.push({strand, what, std::move(work)});
      if (state_->queue.runnable()) state_->work.notify_one();
      return;
    }
  }
  log::write(log::Level::debug, "exec", "work came after the end and is dropped", {{"call", what}});
}

bool PoolExecutor::stop(std::chrono::milliseconds within) {
  return state_->stop(within);
}

std::size_t PoolExecutor::threads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->alive;
}

std::uint64_t PoolExecutor::outOfMemory() const noexcept {
  return state_->outOfMemory;
}

std::size_t PoolExecutor::strands() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.strands();
}

}  // namespace colibri::exec
