#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/function.hpp"
#include "delivery/deliveries.hpp"

namespace colibri::delivery {

/// Goes through chosen dead letters page by page; each page's changes are one commit, and the next
/// page comes after it.
///
/// [Threading] one step at a time, on the executor or the store's thread. [Ownership] keeps itself
/// until `done`; what it refers to outlives it.
class LetterWalk : public std::enable_shared_from_this<LetterWalk> {
 public:
  struct Steps {
    /// [Blocking] What is to be done about a letter; nothing = leave it.
    std::function<std::optional<store::Operation>(store::DeadLetterRow&)> change;
    std::function<void()> notFound;
    /// After each commit.
    std::function<void()> committed;
    /// At the end; where to go on, if there may be more.
    Function<void(Result<std::optional<std::uint64_t>>)> done;
  };

  LetterWalk(store::Store& store, exec::Executor& executor, LaneScope scope,
             DeadLetterChoice choice, Steps steps);
  void begin() { post(); }

 private:
  void post();
  void step();
  void commit(store::Batch batch);
  Result<std::vector<store::DeadLetterRow>> page();
  Result<std::vector<store::DeadLetterRow>> chosen();
  void end(Result<std::optional<std::uint64_t>> result);

  store::Store& store_;
  exec::Executor& executor_;
  const InstanceKey instance_;
  DeadLetterChoice choice_;
  Steps steps_;
  std::uint32_t lookedAt_ = 0;
  bool last_ = false;
};

}  // namespace colibri::delivery
