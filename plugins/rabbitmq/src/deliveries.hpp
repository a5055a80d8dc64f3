#pragma once

#include <colibri/sdk/event_sink.hpp>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace colibri::rabbitmq {

/// The deliveries whose messages are under way, by token. Whoever takes one answers it.
///
/// [Threading] locked.
class Deliveries {
 public:
  void add(sdk::Delivery&& delivery) {
    const std::scoped_lock lock(mutex_);
    const auto token = delivery.token();
    open_.emplace(token, std::move(delivery));
  }
  std::optional<sdk::Delivery> take(std::uint64_t token) {
    const std::scoped_lock lock(mutex_);
    auto node = open_.extract(token);
    return node ? std::optional<sdk::Delivery>(std::move(node.mapped())) : std::nullopt;
  }
  std::vector<sdk::Delivery> takeAll() {
    const std::scoped_lock lock(mutex_);
    std::vector<sdk::Delivery> all;
    all.reserve(open_.size());
    for (auto& [token, delivery] : open_) all.push_back(std::move(delivery));
    open_.clear();
    return all;
  }
  bool contains(std::uint64_t token) {
    const std::scoped_lock lock(mutex_);
    return open_.contains(token);
  }

 private:
  std::mutex mutex_;  // guards open_
  std::unordered_map<std::uint64_t, sdk::Delivery> open_;
};

}  // namespace colibri::rabbitmq
