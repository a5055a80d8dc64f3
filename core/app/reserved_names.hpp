#pragma once

#include <span>
#include <string>

#include "instances/registry.hpp"

namespace colibri::app {

/// Says in the log which instances have a name that routes begin with by now, those of plugins with
/// them (`words`, in lower case). A name from before its word was reserved goes on working, as long
/// as no path means something else.
///
/// [Threading] any.
void warnOfReservedNames(const instances::Registry& registry, std::span<const std::string> words);

}  // namespace colibri::app
