#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "base/function.hpp"
#include "base/ids.hpp"

namespace colibri::plugin {

/// Keeps the effects of one plugin's store calls in call order, per instance. Writes follow each
/// other without waiting (the store commits them in order); a read waits until every write before
/// it is durable, and what comes after a read waits for the read.
///
/// [Threading] any thread; locked by mutex_, not while a call runs.
class CallOrder {
 public:
  enum class Kind : std::uint8_t { read, write };
  enum class Started : std::uint8_t {
    yes,      ///< finished() is due
    no,       ///< it was refused and is over
    blocked,  ///< run it again after retryBlocked()
  };
  using Run = Function<Started()>;

  static constexpr std::size_t kMaxWaiting = 4096;                        ///< per instance
  static constexpr std::size_t kMaxWaitingBytes = std::size_t{32} << 20;  ///< likewise

  /// Runs the call now, on this stack, if everything before it allows; else later, on the stack of
  /// finished() or retryBlocked(). `bytes` is what it holds while it waits. False, and nothing is
  /// kept, if too much waits or a write is blocked.
  bool submit(InstanceKey instance, Kind kind, std::size_t bytes, Run run);
  void finished(InstanceKey instance, Kind kind);
  void retryBlocked();

 private:
  struct Call {
    Kind kind;
    std::size_t bytes;
    Run run;
  };
  struct Line {
    std::deque<Call> waiting;
    std::size_t waitingBytes = 0;
    unsigned writesOut = 0;
    bool reading = false, blocked = false, pumping = false;
    bool idle() const noexcept { return waiting.empty() && writesOut == 0 && !reading && !pumping; }
  };
  void pump(std::unique_lock<std::mutex>& lock, InstanceKey instance);

  std::mutex mutex_;  // guards the rest
  std::unordered_map<InstanceKey, Line> lines_;
  std::uint64_t retries_ = 0;
};

}  // namespace colibri::plugin
