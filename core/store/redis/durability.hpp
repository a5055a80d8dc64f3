#pragma once

#include <string>
#include <vector>

#include "store/redis/ownership.hpp"

namespace colibri::store::redis {

/// What in Redis' configuration could lose writes that it has confirmed, a plain sentence each.
/// Nothing also if it may not be asked. [Blocking]
std::vector<std::string> durabilityAdvice(Ownership& connection);

}  // namespace colibri::store::redis
