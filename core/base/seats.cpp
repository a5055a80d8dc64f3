#include "base/seats.hpp"

namespace colibri {

std::optional<Seats::Seat> Seats::take(std::uint64_t who) {
  if (most_ > 0) {
    const std::lock_guard lock(table_->mutex);
    auto& taken = table_->taken[who];
    if (taken < most_) {
      ++taken;
      return Seat(table_, who);
    }
  }
  ++refused_;
  return std::nullopt;
}

void Seats::Seat::leave() noexcept {
  const auto table = std::exchange(table_, nullptr);
  if (!table) return;
  const std::lock_guard lock(table->mutex);
  const auto found = table->taken.find(who_);
  if (--found->second == 0) table->taken.erase(found);
}

}  // namespace colibri
