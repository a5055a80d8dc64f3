#pragma once

#include <atomic>
#include <cstdint>

namespace colibri::http {

/// What all loops of a server count together. [Threading] any thread.
struct Counters {
  using Count = std::atomic<std::uint64_t>;
  Count connections = 0, accepted = 0, refused = 0, requests = 0, protocolErrors = 0, timeouts = 0,
        dropped = 0, acceptPauses = 0, outOfMemory = 0;
  Count bodiesOverTotal = 0, bodiesOverShare = 0;            ///< refused for the BodyBudget
  Count webSockets = 0;                                      ///< open now
  Count messagesIn = 0, messagesOut = 0, unreadDropped = 0;  ///< of WebSockets

  static void add(Count& count, std::uint64_t by = 1) noexcept {
    count.fetch_add(by, std::memory_order_relaxed);
  }
  static void subtract(Count& count, std::uint64_t by) noexcept {
    count.fetch_sub(by, std::memory_order_relaxed);
  }
};

}  // namespace colibri::http
