#pragma once

#include <Poco/JSON/Object.h>

#include <string>

#include "command.hpp"

namespace colibri::ctl {

/// `colibrictl send`. [Blocking] [Errors] one sentence.
Result<int> sendText(const Words& words);

/// `colibrictl events`. [Blocking] [Errors] one sentence.
Result<int> printEvents(const Words& words);

/// An event as one line for people, without anything that could move a terminal's cursor.
/// [Threading] pure.
std::string lineOfEvent(const Poco::JSON::Object& event);

}  // namespace colibri::ctl
