#include "http/connection.hpp"

#include "base/assert.hpp"

namespace colibri::http {

Connection* ConnectionTable::add(UniqueFd socket) {
  if (free_.empty()) {
    if (entries_.size() >= (std::size_t{1} << kSlotBits)) return nullptr;
    // So that release() needs no memory.
    if (free_.capacity() <= entries_.size()) free_.reserve(2 * entries_.size() + 16);
    entries_.emplace_back();
    free_.push_back(slots() - 1);
  }
  const auto slot = free_.back();
  auto& entry = entries_[slot];
  entry = std::make_unique<Connection>();
  free_.pop_back();
  entry->socket = std::move(socket);
  entry->slot = entry->deadline.slot = slot;
  entry->generation = nextGeneration_++;
  ++used_;
  return entry.get();
}

void ConnectionTable::release(Connection& connection) {
  COLIBRI_ASSERT(!connection.deadline.armed());
  const auto slot = connection.slot;
  entries_[slot].reset();
  free_.push_back(slot);
  --used_;
}

Connection* ConnectionTable::bySlot(std::uint32_t slot) noexcept {
  return slot < entries_.size() ? entries_[slot].get() : nullptr;
}

Connection* ConnectionTable::byEpollKey(std::uint64_t key) noexcept {
  auto* found = bySlot(static_cast<std::uint32_t>(key));
  return found && found->epollKey() == key ? found : nullptr;
}

Connection* ConnectionTable::byExchange(std::uint64_t exchange) noexcept {
  auto* found = bySlot(static_cast<std::uint32_t>(exchange & ((1u << kSlotBits) - 1)));
  return found && found->exchange == exchange ? found : nullptr;
}

void ConnectionTable::beginExchange(Connection& connection) noexcept {
  connection.exchange = (nextExchange_++ << kSlotBits) | connection.slot;
}

}  // namespace colibri::http
