#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "events/event.hpp"
#include "events/filter.hpp"

namespace colibri::delivery {

/// How an attempt ended, as far as the lane is concerned (mechanics of lanes: dispatcher.hpp).
struct Outcome {
  enum class Kind : std::uint8_t {
    ok,            ///< acknowledged; the cursor moves
    laneFailure,   ///< the endpoint is the trouble: the lane pauses and probes
    gone,          ///< the lane is suspended at once
    eventFailure,  ///< this event is the trouble: 3 attempts, then a dead letter
    returned,      ///< cancelled or stopping: counts as nothing
  };
  Kind kind = Kind::ok;
  std::chrono::milliseconds retryAfter{0};
  std::string detail;         ///< short text for dead letters and logs, no secrets; see told.hpp
  int httpStatus = 0;         ///< of the endpoint's answer; 0 = none, or not of HTTP
  std::string response = {};  ///< what it said, at most kResponseKept bytes of it
  bool confidential = false;  ///< status, response and duration are the operator's to see
  static constexpr std::size_t kResponseKept = 1024;
};

struct Attempt {
  std::uint64_t token = 0;  ///< names this attempt; never reused in the process's life
  std::uint64_t subscription = 0;
  std::uint32_t number = 1;     ///< times handed over, from 1
  std::int64_t deadlineUs = 0;  ///< no answer by then: a lane failure
};

/// The receiving end of a subscription; core/plugin implements it over the ABI.
class Sink {
 public:
  virtual ~Sink() = default;
  /// [any thread] Posts the call to the strand (plugin object, instance) and returns. The answer
  /// comes through Dispatcher::done(), at once or later, from any thread.
  virtual void deliver(events::EventPtr event, const Attempt& attempt) = 0;
  /// [any thread] Deadline passed, lane off, instance deleted, or stopping: drop the work.
  virtual void revoke(std::uint64_t token, InstanceKey instance) = 0;
};

struct SubscriptionSpec {
  std::string pluginAlias;
  std::string name;  ///< unique in the plugin; the cursors' name is "<alias>/<name>"
  events::Filter filter;
  std::uint32_t maxInFlight = 256;           ///< 1..4096, over all lanes
  std::uint32_t maxInFlightPerInstance = 8;  ///< of one lane, at most the total
  std::chrono::milliseconds ackTimeout{60'000};
  bool strictOrder = false;   ///< FIFO per instance instead of per (instance, chat)
  bool allInstances = false;  ///< lanes are ACTIVE without settings
};

}  // namespace colibri::delivery
