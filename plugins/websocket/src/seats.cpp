#include "seats.hpp"

namespace colibri::websocket {

void Seats::take(const std::string& pid, Seat seat) {
  auto& entry = seats_[pid];
  entry.seat = std::move(seat);
  entry.left.reset();
  ++entry.here;
}

void Seats::leave(const std::string& pid, Clock::time_point now) {
  const auto found = seats_.find(pid);
  if (found == seats_.end() || --found->second.here != 0) return;
  found->second.left = now;
  departures_.push_back({now, pid});
  if (departures_.size() > most_) dropOldest();
}

void Seats::forget(const std::string& pid) {
  seats_.erase(pid);
}

void Seats::expire(Clock::time_point now) {
  while (!departures_.empty() && departures_.front().at + window_ < now) dropOldest();
}

void Seats::dropOldest() {
  const auto oldest = std::move(departures_.front());
  departures_.pop_front();
  const auto found = seats_.find(oldest.pid);
  if (found != seats_.end() && found->second.left == oldest.at) seats_.erase(found);
}

std::optional<Seats::Seat> Seats::find(const std::string& pid, Clock::time_point now) const {
  const auto found = seats_.find(pid);
  if (found == seats_.end()) return std::nullopt;
  const auto& left = found->second.left;
  return left && *left + window_ < now ? std::nullopt : std::optional(found->second.seat);
}

}  // namespace colibri::websocket
