#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "host_port.hpp"
#include "inbound.hpp"

namespace colibri::baileys {

/// Tells the host what the bridge said about one instance. `asked`: the end was wanted by the host.
void report(HostPort& host, const StateReport& state, bool asked);

/// Tells the host what the plugin itself knows; `retryIn` 0 = nothing is scheduled.
void report(HostPort& host, std::uint64_t key, colibri_instance_state state, colibri_status reason,
            std::string_view detail, std::chrono::milliseconds retryIn = {});

/// Whether nothing follows by itself.
bool isFinal(const StateReport& state) noexcept;

}  // namespace colibri::baileys
