#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "exec/executor.hpp"
#include "exec/periodic.hpp"
#include "store/store.hpp"

namespace colibri::app {

/// Whether the gateway would take an event now, for GET /ready. Strangers may ask, so an answer
/// costs no look at anything and names no more than the kind of trouble; the database is asked
/// every five seconds.
///
/// [Threading] any thread.
class Readiness {
 public:
  /// `diskRefuses`: [any thread, short]. All references outlive it.
  Readiness(store::Store& store, exec::Executor& executor, exec::Timers& timers,
            std::function<bool()> diskRefuses);

  void started() { phase_ = Phase::serving; }
  void stopping() { phase_ = Phase::stopping; }
  /// Nothing = ready.
  std::optional<std::string> trouble() const;

 private:
  enum class Phase : std::uint8_t { starting, serving, stopping };
  struct Question {
    std::atomic<bool> open{false}, answered{true};
  };

  const std::function<bool()> diskRefuses_;
  const std::shared_ptr<Question> question_ = std::make_shared<Question>();
  std::atomic<Phase> phase_{Phase::starting};
  const exec::Periodic timer_;
};

}  // namespace colibri::app
