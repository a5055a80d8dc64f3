#include "in_flight.hpp"

namespace colibri::webhook {

void InFlight::add(std::uint64_t token, sdk::Delivery&& delivery) {
  const std::scoped_lock lock(mutex_);
  entries_.emplace(token, Entry{std::move(delivery)});
}

bool InFlight::made(std::uint64_t token, std::uint64_t request) {
  const std::scoped_lock lock(mutex_);
  const auto it = entries_.find(token);
  if (it == entries_.end()) return false;
  it->second.request = request;
  return true;
}

bool InFlight::holds(std::uint64_t token) {
  const std::scoped_lock lock(mutex_);
  return entries_.contains(token);
}

std::optional<InFlight::Entry> InFlight::take(std::uint64_t token) {
  const std::scoped_lock lock(mutex_);
  auto node = entries_.extract(token);
  return node ? std::optional<Entry>(std::move(node.mapped())) : std::nullopt;
}

std::vector<InFlight::Entry> InFlight::takeAll() {
  const std::scoped_lock lock(mutex_);
  std::vector<Entry> all;
  all.reserve(entries_.size());
  for (auto& [token, entry] : entries_) all.push_back(std::move(entry));
  entries_.clear();
  return all;
}

}  // namespace colibri::webhook
