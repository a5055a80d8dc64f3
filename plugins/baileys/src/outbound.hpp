#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/sdk/kv_store.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "settings.hpp"

namespace colibri::baileys::outbound {

// What the plugin says to a bridge: whole frames, ready to be written. [Threading] pure.

std::string hello(const BridgeOptions& options);
/// `ask`: the number of what is asked of the instance; states say it again, see PROTOCOL.md.
std::string open(std::uint64_t key, std::int64_t ask, std::string_view instanceId,
                 std::string_view name, std::string_view optionsJson);
/// `settings`: of the instance, whole; empty = none.
std::string settings(std::uint64_t key, std::string_view settings);
std::string close(std::uint64_t key, std::int64_t ask);
std::string logout(std::uint64_t key, std::int64_t ask, std::string_view instanceId,
                   std::string_view name, std::chrono::milliseconds deadline);
std::string forget(std::uint64_t key);
/// Throws sdk::Error(E_INVALID_ARGUMENT) if the body is no JSON object or too large for a frame.
std::string submit(const colibri_command& command);
std::string cancel(std::uint64_t token);
std::string published(std::uint64_t id, colibri_status status);
/// The answer of a write, or of a read that failed.
std::string kvStatus(std::uint64_t id, colibri_status status);
/// `mayCut`: an answer too large for a frame ends early (scan) instead of becoming a refusal (get).
std::string kvRecords(std::uint64_t id, sdk::KvRecords records, bool mayCut);
std::string pause();
std::string resume();
std::string ping(std::uint64_t id);

}  // namespace colibri::baileys::outbound
