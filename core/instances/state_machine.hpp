#pragma once

#include <chrono>
#include <string_view>

#include "instances/connector.hpp"

namespace colibri::instances {

/// What the API calls a state: `open`, `close` or `connecting`.
enum class ApiState : std::uint8_t { close, connecting, open };

/// The table of docs/instance-states.md. [Threading] pure.
bool mayFollow(State from, State to) noexcept;

/// `retryIn` > 0: a closed or broken link that tries again by itself counts as connecting.
ApiState apiState(State state, std::chrono::milliseconds retryIn) noexcept;

std::string_view name(State state) noexcept;     ///< "pairing-code"; for logs
std::string_view name(ApiState state) noexcept;  ///< as the API writes it

}  // namespace colibri::instances
