#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"

namespace colibri::store::redis {

/// Keeps the batches of an instance in order although they go to two stores.
///
/// Batches for the same store follow each other without waiting, for each store keeps their order.
/// One for the other store starts when all before it are done, and those behind it wait with it. So
/// of an instance whatever is durable comes with everything that was submitted before it.
///
/// [Threading] any thread; a `start` runs on one of the callers', one at a time, in order of
/// enter(), and may enter and leave.
class Lanes {
 public:
  enum class Way : std::uint8_t { database, redis };
  using Instances = std::vector<InstanceKey>;  ///< each once

  /// `start` runs once it is the turn of the batch in each of the lanes `of`; leave() ends it.
  void enter(const Instances& of, Way way, Function<void()> start);
  /// For a batch that names no instance: behind everything that waits now.
  void follow(Function<void()> start);
  void leave(const Instances& of);
  /// [Blocking] until nothing is under way or waits.
  void drain();

 private:
  struct Entry {
    Instances of;
    Way way;
    bool staysInside;  ///< until leave(); follow() does not
    Function<void()> start;
  };
  using EntryPtr = std::shared_ptr<Entry>;
  struct Lane {
    Way way{};
    std::size_t inside = 0;
    std::deque<EntryPtr> waiting;
  };
  void wait(EntryPtr entry);
  void admit(Instances lanes);
  bool mayEnter(const EntryPtr& entry) const;
  void startReady(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;                   // guards the rest
  std::map<InstanceKey, Lane> lanes_;  // those with something inside or waiting
  std::deque<EntryPtr> ready_;
  bool starting_ = false;
  std::condition_variable empty_;
};

}  // namespace colibri::store::redis
