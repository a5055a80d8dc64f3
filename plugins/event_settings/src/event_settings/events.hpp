#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <vector>

namespace colibri::event_settings {

/// The wire names that a list of filter names means, each once. [Errors] throws sdk::Error with a
/// sentence.
std::vector<std::string> readEvents(const boost::json::array& events);

/// The same for the switches of a configuration, {"CALL":true}: those that are true, or, if none
/// is, all but those that are false. Both names of groups.update mean it. [Errors] throws
/// sdk::Error with a sentence.
std::vector<std::string> readSwitches(const boost::json::object& switches);

/// What v2 gateways keep for `events`: all 31 by name for an empty list or none, else itself.
boost::json::value namedEvents(boost::json::value events);

/// The filter of a lane, {"types":[…]}, for one wire name or more: a list of none lets everything
/// through.
std::string filterOf(std::span<const std::string> wireNames);
/// The filter of a sink's subscription: the 31 events of the API and nothing else.
std::string filterOfAll();

}  // namespace colibri::event_settings
