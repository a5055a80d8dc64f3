#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>

#include "base/function.hpp"
#include "exec/executor.hpp"

namespace colibri::exec {

/// Which call of which strand runs next: the pool's order, without its threads.
///
/// Owners take turns; of one owner, strands take turns; of one strand, calls keep their order and
/// never overlap. Only strands with work and owners with strands have an entry.
///
/// [Threading] confined to the pool's lock.
class StrandQueue {
 public:
  struct Task {
    StrandKey strand;
    const char* what = "";
    Function<void()> work;
  };

  /// `most` calls of one owner at once; `mostWhileSlow` while one of them is reported slow.
  StrandQueue(std::size_t most, std::size_t mostWhileSlow);

  void push(Task task);
  /// The next call that may run now; it counts as running until finished().
  std::optional<Task> pop();
  void finished(const StrandKey& key, bool wasSlow);
  /// A running call of this owner was reported.
  void slow(const void* key);
  /// Takes everything that waits out.
  std::deque<Task> drop();

  std::size_t waiting() const noexcept { return waiting_; }
  bool runnable() const noexcept { return !turn_.empty(); }
  std::size_t strands() const noexcept { return strands_.size(); }

 private:
  struct Strand {
    std::deque<Task> tasks;
    bool running = false;
  };
  struct Owner {
    std::deque<StrandKey> ready;
    std::size_t running = 0, slow = 0, strands = 0;
    bool queued = false;  ///< stands in turn_
  };
  void enqueue(const void* key, Owner& owner);
  void forgetIfIdle(const StrandKey& key);

  const std::size_t most_, mostWhileSlow_;
  std::unordered_map<StrandKey, Strand> strands_;
  std::unordered_map<const void*, Owner> owners_;
  std::deque<const void*> turn_;  ///< owners that may run something now
  std::size_t waiting_ = 0;
};

}  // namespace colibri::exec
