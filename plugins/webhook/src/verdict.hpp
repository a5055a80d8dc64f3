#pragma once

#include <colibri/abi/ext/http_client.h>

#include <chrono>
#include <cstdint>
#include <string>

#include "configuration.hpp"

namespace colibri::webhook {

/// How an attempt counts; see abi/ext/event_sink.h for what each outcome does to the lane.
struct Verdict {
  colibri_status outcome = COLIBRI_OK;
  std::chrono::milliseconds retryAfter{0};
  /// For dead letters and logs; nothing the endpoint said but its status. Of a target that is not
  /// public the first line says as little as can be, and the second is for the operator.
  std::string text;
  bool confidential = false;  ///< the answer is the operator's to see
};

/// `attempt` from 1; `spread` in [-1, 1] for the jitter of the operator's delays.
Verdict judge(const colibri_http_answer& answer, std::uint32_t attempt, const RetryLimits& limits,
              double spread);

}  // namespace colibri::webhook
