#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

#include "base/result.hpp"
#include "delivery/sink.hpp"

namespace colibri::delivery {

/// A lane's place in the queue for its subscription's credit.
struct Seat {
  enum class Place : std::uint8_t { none, first, more };
  std::size_t inFlight = 0;
  bool joined = false;
  Place place = Place::none;
  std::list<Seat*>::iterator at;
};

/// Shares a subscription's credit among its lanes, so that none can take it from the others: lanes
/// with nothing in flight go first, round robin; those that ask for more share what is left over
/// after one for every idle lane was kept back (at most three quarters of the total).
///
/// So endpoints that hang hold no more than the rest can spare, however many events wait for them.
///
/// [Threading] confined. [Errors] more given back than taken: our bug, asserts.
class Credit {
 public:
  explicit Credit(std::uint32_t total) : total_(total) {}

  void join(Seat& seat);   ///< the lane is served from now on
  void leave(Seat& seat);  ///< no longer; what it holds it gives back later
  /// Queues it, unless it waits already.
  void want(Seat& seat);
  /// Whose turn it is, taken off the queue; null if nobody may go.
  Seat* next();
  void take(Seat& seat);
  void giveBack(Seat& seat);

  std::size_t used() const noexcept { return used_; }
  void setTotal(std::uint32_t total) noexcept { total_ = total; }

 private:
  void unqueue(Seat& seat);
  std::size_t keptBack() const noexcept;

  std::size_t total_;
  std::size_t used_ = 0, lanes_ = 0, busy_ = 0;  ///< busy: joined and something in flight
  std::list<Seat*> first_, more_;
};

/// "<alias>/<name>": what cursors and dead letters are kept under.
std::string subscriptionName(const SubscriptionSpec& spec);
/// [Errors] invalidArgument with a sentence.
Result<void> checkSubscription(const SubscriptionSpec& spec);

}  // namespace colibri::delivery
