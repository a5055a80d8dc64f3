#include "instances/host_events.hpp"

#include "log/log.hpp"

namespace colibri::instances {

struct HostEvents::State {
  State(events::EventLog& l, exec::Timers& t) : log(l), timers(t) {}
  events::EventLog& log;
  exec::Timers& timers;

  struct Queue {
    std::deque<Publication> waiting;
    bool inFlight = false, paused = false;
    std::vector<Function<void()>> quiet;  ///< who waits for the one in flight
  };
  std::mutex mutex;  // guards the rest
  std::unordered_map<InstanceKey, Queue> queues;
  bool stopped = false;
};

HostEvents::HostEvents(events::EventLog& log, exec::Timers& timers)
    : state_(std::make_shared<State>(log, timers)) {}

HostEvents::~HostEvents() {
  stop();
}

void HostEvents::publish(InstanceKey instance, std::vector<events::Draft> drafts,
                         store::Batch withOps, events::EventLog::Done done) {
  std::optional<Publication> dropped;
  {
    const std::scoped_lock lock(state_->mutex);
    Publication publication{std::move(drafts), std::move(withOps), std::move(done)};
    if (state_->stopped) {
      dropped = std::move(publication);
    } else {
      auto& queue = state_->queues[instance];
      queue.waiting.push_back(std::move(publication));
      // The head may be on its way to the log: the one behind it is the oldest that can go.
      if (queue.waiting.size() > kMaxWaiting) {
        dropped = std::move(queue.waiting[1]);
        queue.waiting.erase(queue.waiting.begin() + 1);
      }
    }
  }
  if (dropped) {
    log::write(log::Level::error, "instances", "a host event was dropped: the log takes nothing",
               {{"instance", instance}});
    if (dropped->done) dropped->done(Error{Errc::busy, "the event log takes nothing"});
  }
  pump(state_, instance);
}

void HostEvents::pump(const std::shared_ptr<State>& state, InstanceKey instance) {
  std::vector<events::Draft> drafts;
  store::Batch ops;
  {
    const std::scoped_lock lock(state->mutex);
    const auto at = state->queues.find(instance);
    if (at == state->queues.end() || at->second.inFlight || at->second.paused) return;
    if (at->second.waiting.empty()) {
      state->queues.erase(at);
      return;
    }
    at->second.inFlight = true;
    drafts = at->second.waiting.front().drafts;  // kept until it is durable
    ops = at->second.waiting.front().ops;
  }
  const auto finish = [state, instance](Result<events::EventLog::Appended> result) {
    Publication finished;
    std::vector<Function<void()>> quiet;
    const bool again = !result && result.error().retryable();
    {
      const std::scoped_lock lock(state->mutex);
      const auto at = state->queues.find(instance);
      if (at == state->queues.end()) return;  // stopped
      at->second.inFlight = false;
      quiet.swap(at->second.quiet);
      if (!again) {
        finished = std::move(at->second.waiting.front());
        at->second.waiting.pop_front();
      }
    }
    for (auto& call : quiet) call();
    if (again) {
      state->timers.after(kRetryAfter, [state, instance] { pump(state, instance); });
      return;
    }
    if (!result) {
      log::write(log::Level::warn, "instances", "a host event was not published",
                 {{"instance", instance}, {"why", result.error().message}});
    }
    if (finished.done) finished.done(std::move(result));
    pump(state, instance);
  };
  if (auto taken = state->log.append(instance, std::move(drafts), std::move(ops), finish); !taken) {
    finish(taken.error());
  }
}

void HostEvents::pause(InstanceKey instance, Function<void()> quiet) {
  {
    const std::scoped_lock lock(state_->mutex);
    auto& queue = state_->queues[instance];
    queue.paused = true;
    if (queue.inFlight) return queue.quiet.push_back(std::move(quiet));
  }
  quiet();
}

void HostEvents::resume(InstanceKey instance) {
  {
    const std::scoped_lock lock(state_->mutex);
    const auto at = state_->queues.find(instance);
    if (at == state_->queues.end()) return;
    at->second.paused = false;
  }
  pump(state_, instance);
}

void HostEvents::drop(InstanceKey instance) {
  std::deque<Publication> dropped;
  {
    const std::scoped_lock lock(state_->mutex);
    const auto at = state_->queues.find(instance);
    if (at == state_->queues.end()) return;
    dropped.swap(at->second.waiting);
    state_->queues.erase(at);
  }
  if (dropped.empty()) return;
  log::write(log::Level::info, "instances", "events that waited went with their instance",
             {{"instance", instance}, {"events", dropped.size()}});
  for (auto& publication : dropped) {
    if (publication.done) publication.done(Error{Errc::notFound, "the instance was deleted"});
  }
}

void HostEvents::stop() {
  decltype(state_->queues) dropped;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopped = true;
    dropped.swap(state_->queues);
  }
  for (auto& [instance, queue] : dropped) {
    for (auto& call : queue.quiet) call();
    for (auto& publication : queue.waiting) {
      if (publication.done) publication.done(Error{Errc::shuttingDown, "the gateway is stopping"});
    }
  }
}

}  // namespace colibri::instances
