#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace colibri {

/// Names an instance in maps, rows and the plugin ABI. Never 0, never reused; 0 = "no instance".
using InstanceKey = std::uint64_t;

/// `size` bytes from the kernel's generator. [Errors] no randomness: aborts.
std::string randomBytes(std::size_t size);
/// Version 4, lower case, with dashes.
std::string newUuid();
/// 26 characters that sort by time (Crockford's alphabet), for ids of events and messages.
std::string newUlid(const Clock& clock);

}  // namespace colibri
