// colibri/sdk/open_deliveries.hpp -- the deliveries that a sink has taken and not answered yet.
#pragma once

#include <colibri/sdk/event_sink.hpp>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace colibri::sdk {

/// By token, each with what the sink needs to know beside it. Whoever takes one answers it: the end of the
/// request, revoke() and stop() may come at the same time, and one of them gets it.
///
/// [Threading] locked; no delivery is answered and nothing of the sink called under the lock, change()
/// excepted. Entries that are left when it goes are answered as dropped.
template <class With = std::monostate>
class OpenDeliveries {
 public:
  struct Entry {
    Delivery delivery;
    With with = {};
  };

  void add(Delivery&& delivery, With with = {}) {
    const std::scoped_lock lock(mutex_);
    const auto token = delivery.token();
    open_.emplace(token, Entry{std::move(delivery), std::move(with)});
  }
  /// `change`: (With&) -> void, short. False: somebody has taken it.
  template <class Change>
  bool change(uint64_t token, Change&& change) {
    const std::scoped_lock lock(mutex_);
    const auto found = open_.find(token);
    if (found == open_.end()) return false;
    change(found->second.with);
    return true;
  }
  bool contains(uint64_t token) const {
    const std::scoped_lock lock(mutex_);
    return open_.contains(token);
  }
  std::optional<Entry> take(uint64_t token) {
    const std::scoped_lock lock(mutex_);
    auto node = open_.extract(token);
    return node ? std::optional<Entry>(std::move(node.mapped())) : std::nullopt;
  }
  std::vector<Entry> takeAll() {
    const std::scoped_lock lock(mutex_);
    std::vector<Entry> all;
    all.reserve(open_.size());
    for (auto& [token, entry] : open_) all.push_back(std::move(entry));
    open_.clear();
    return all;
  }

 private:
  mutable std::mutex mutex_;  // guards open_
  std::unordered_map<uint64_t, Entry> open_;
};

}  // namespace colibri::sdk
