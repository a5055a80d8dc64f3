#pragma once

#include <cstddef>
#include <deque>

#include "events/event.hpp"

namespace colibri::delivery {

/// Presence and typing that wait for credit: a newer one takes the place of a waiting one of the
/// same chat and type, and over the bound the oldest goes.
///
/// [Threading] confined.
class EphemeralQueue {
 public:
  static constexpr std::size_t kMost = 64;
  enum class Pushed { added, coalesced, droppedOldest };

  Pushed push(events::EventPtr event);
  events::EventPtr pop();                                            ///< empty() is false
  const events::EventPtr& oldest() const { return queue_.front(); }  ///< empty() is false
  bool empty() const noexcept { return queue_.empty(); }
  /// Says how many went.
  std::size_t clear();

 private:
  std::deque<events::EventPtr> queue_;
};

}  // namespace colibri::delivery
