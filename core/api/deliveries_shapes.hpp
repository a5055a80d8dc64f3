#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "delivery/deliveries.hpp"

/// What the routes of deliveries answer; docs/openapi.yaml has the schemas. [Threading] pure.
namespace colibri::api::shapes {

boost::json::object lanes(const std::vector<delivery::LaneHealth>& lanes);
boost::json::object attempts(const std::vector<delivery::LaneAttempt>& attempts);
boost::json::object deadLetters(const delivery::DeadLetterPage& page);
/// With the event's `data`, or null if nobody has it any more.
boost::json::object deadLetter(const delivery::WholeDeadLetter& whole);
boost::json::object replayed(const delivery::ReplayAnswer& answer);
boost::json::object purged(const delivery::PurgeAnswer& answer);

}  // namespace colibri::api::shapes
