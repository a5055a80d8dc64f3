#pragma once

#include <colibri/abi/event.h>

#include <string_view>

namespace colibri::baileys {

/// The number of a wire name that a connector may publish; UNKNOWN for all others, the host's own
/// too.
colibri_event_type publishableType(std::string_view wireName) noexcept;

}  // namespace colibri::baileys
