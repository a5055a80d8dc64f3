#pragma once

#include <cstdint>
#include <string>

#include "events/event_log.hpp"

namespace colibri::delivery {

/// The host event `delivery.suspended`: {"subscription","reason","since"}. `sinceUs` is when the
/// lane began to fail; it is written in ISO 8601, UTC.
events::Draft suspendedEvent(const std::string& subscription, const std::string& reason,
                             std::int64_t sinceUs);

}  // namespace colibri::delivery
