#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "command.hpp"

/// What is behind `colibrictl deliveries …`.
namespace colibri::ctl {

/// Asks over the REST API and prints the answer. [Blocking] [Errors] one sentence for the operator.
Result<int> runDeliveries(const Words& words);

/// Which options go together. [Errors] invalidArgument: a sentence.
Result<void> checkDeliveries(const Words& words);

/// What is printed of an answer, for people.
std::string printed(std::string_view action, const Poco::JSON::Object& answer);

}  // namespace colibri::ctl
