#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "events/event_log.hpp"
#include "exec/timers.hpp"

namespace colibri::instances {

/// Publishes the host's own events (instance.*, connection.update, send.message, ...) so that none
/// is lost to back-pressure: what the log refuses as busy, or fails to commit, waits here in order
/// and is tried again.
///
/// [Threading] any thread; locked by mutex_, never over a call out.
class HostEvents {
 public:
  /// After this many waiting publications of one instance the oldest is dropped and logged.
  static constexpr std::size_t kMaxWaiting = 1000;
  static constexpr std::chrono::milliseconds kRetryAfter{250};

  HostEvents(events::EventLog& log, exec::Timers& timers);
  ~HostEvents();

  /// Events of one instance and the operations that belong to them: one commit. `done` runs once
  /// they are durable, or with the error that ended it (the instance is gone, the draft is wrong,
  /// stopping).
  void publish(InstanceKey instance, std::vector<events::Draft> drafts, store::Batch withOps = {},
               events::EventLog::Done done = {});
  /// Holds back what waits and what comes; `quiet` runs once nothing of the instance is on its way
  /// to the log, perhaps before pause() returns. What is written to the store from then on is not
  /// overtaken by an older row. Again is fine.
  void pause(InstanceKey instance, Function<void()> quiet);
  /// Goes on after pause().
  void resume(InstanceKey instance);
  /// Drops what waits, with notFound: the instance is gone. Ends a pause.
  void drop(InstanceKey instance);
  /// What still waits is dropped with shuttingDown; timers that are due later do nothing.
  void stop();

 private:
  struct Publication {
    std::vector<events::Draft> drafts;
    store::Batch ops;
    events::EventLog::Done done;
  };
  struct State;
  static void pump(const std::shared_ptr<State>& state, InstanceKey instance);
  std::shared_ptr<State> state_;
};

}  // namespace colibri::instances
