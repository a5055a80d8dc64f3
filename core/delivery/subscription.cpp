#include "delivery/subscription.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace colibri::delivery {
namespace {

constexpr std::uint32_t kMostCredit = 4096;

}  // namespace

void Credit::join(Seat& seat) {
  if (seat.joined) return;
  seat.joined = true;
  ++lanes_;
  if (seat.inFlight > 0) ++busy_;
}

void Credit::leave(Seat& seat) {
  unqueue(seat);
  if (!seat.joined) return;
  seat.joined = false;
  --lanes_;
  if (seat.inFlight > 0) --busy_;
}

void Credit::want(Seat& seat) {
  if (seat.place != Seat::Place::none) return;
  auto& queue = seat.inFlight == 0 ? first_ : more_;
  seat.place = seat.inFlight == 0 ? Seat::Place::first : Seat::Place::more;
  seat.at = queue.insert(queue.end(), &seat);
}

Seat* Credit::next() {
  if (used_ >= total_) return nullptr;
  auto* seat = !first_.empty()                                 ? first_.front()
               : !more_.empty() && total_ - used_ > keptBack() ? more_.front()
                                                               : nullptr;
  if (seat) unqueue(*seat);
  return seat;
}

void Credit::take(Seat& seat) {
  ++used_;
  if (seat.inFlight++ == 0 && seat.joined) ++busy_;
}

void Credit::giveBack(Seat& seat) {
  COLIBRI_ASSERT(used_ > 0 && seat.inFlight > 0);
  --used_;
  if (--seat.inFlight > 0) return;
  if (seat.joined) --busy_;
  if (seat.place != Seat::Place::more) return;
  unqueue(seat);
  want(seat);
}

void Credit::unqueue(Seat& seat) {
  if (seat.place == Seat::Place::first) first_.erase(seat.at);
  if (seat.place == Seat::Place::more) more_.erase(seat.at);
  seat.place = Seat::Place::none;
}

std::size_t Credit::keptBack() const noexcept {
  return std::min(lanes_ - busy_, total_ - total_ / 4);
}

std::string subscriptionName(const SubscriptionSpec& spec) {
  return spec.pluginAlias + "/" + spec.name;
}

Result<void> checkSubscription(const SubscriptionSpec& spec) {
  const auto invalid = [](const char* why) { return Error{Errc::invalidArgument, why}; };
  if (spec.pluginAlias.empty() || spec.name.empty()) return invalid("a subscription needs a name");
  if (spec.maxInFlight < 1 || spec.maxInFlight > kMostCredit) {
    return invalid("max_in_flight must be from 1 to 4096");
  }
  if (spec.maxInFlightPerInstance < 1 || spec.maxInFlightPerInstance > spec.maxInFlight) {
    return invalid("max_in_flight_per_instance must be from 1 to max_in_flight");
  }
  if (spec.ackTimeout.count() <= 0) return invalid("the time for an answer must be more than 0");
  return {};
}

}  // namespace colibri::delivery
