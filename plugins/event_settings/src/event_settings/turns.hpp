#pragma once

#include <colibri/sdk/http_routes.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace colibri::event_settings {

/// One change of an instance's settings at a time: what the next one changes is what this one
/// kept.
///
/// [Threading] any thread; locked by mutex_.
/// [Ownership] who waits belongs to the turn that it waits for: a turn that is dropped, as at the
/// plugin's end, drops those behind it, and the gateway answers them.
class Turns {
 public:
  using Turn = std::shared_ptr<std::deque<sdk::RouteCall>>;

  /// The turn of `call`; null: it has been moved behind the one that is under way.
  Turn begin(sdk::RouteCall& call) {
    const std::scoped_lock lock(mutex_);
    auto& under = turns_[call.instanceKey()];
    if (auto turn = under.lock()) {
      turn->push_back(std::move(call));
      return nullptr;
    }
    auto turn = std::make_shared<std::deque<sdk::RouteCall>>();
    under = turn;
    return turn;
  }
  /// Whose turn it is next; nobody: it is over.
  std::optional<sdk::RouteCall> next(std::uint64_t instanceKey, const Turn& turn) {
    const std::scoped_lock lock(mutex_);
    if (turn->empty()) {
      turns_.erase(instanceKey);
      return std::nullopt;
    }
    std::optional<sdk::RouteCall> call(std::move(turn->front()));
    turn->pop_front();
    return call;
  }

 private:
  std::mutex mutex_;  // guards turns_ and what waits in them
  std::unordered_map<std::uint64_t, std::weak_ptr<std::deque<sdk::RouteCall>>> turns_;
};

}  // namespace colibri::event_settings
