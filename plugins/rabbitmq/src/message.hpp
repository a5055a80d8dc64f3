#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "route.hpp"

namespace colibri::rabbitmq {

using Time = std::chrono::steady_clock::time_point;

/// One event on its way to the broker.
struct Message {
  std::uint64_t token = 0;  ///< of the delivery
  Route route = {};
  std::string id = {};  ///< of the event: the same on every attempt
  std::string instanceId = {};
  std::uint64_t sequence = 0;  ///< 0 = it has none
  std::uint64_t seconds = 0;   ///< when it was recorded, since 1970
  std::string body = {};       ///< until it is sent
  std::uint64_t lane = 0;      ///< what has the same one shares a channel
  Time holdUntil = {};         ///< how long it waits for a broker that takes it
  bool freshRoute = false;     ///< its queue was declared for it, just now
};

}  // namespace colibri::rabbitmq
