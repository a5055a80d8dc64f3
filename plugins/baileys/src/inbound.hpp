#pragma once

#include <colibri/abi/ext/connector.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frame.hpp"

namespace colibri::baileys {

// What the bridge says, checked. One function per kind of PROTOCOL.md; each throws ProtocolError.
// [Ownership] string_views and the ABI's views live as long as the frame they were read from.

inline constexpr std::size_t kMaxKind = 32;  ///< bytes of a frame's `t`

struct Hello {
  std::string node, baileys;
};
Hello readHello(const Frame& frame);

/// One transition; strings are its own, `detail` is scrubbed, `infoJson` holds listed members only.
struct StateReport {
  colibri_instance_state state = COLIBRI_INSTANCE_CONNECTING;
  std::uint64_t key = 0;
  std::int64_t ask = 0;  ///< the latest that the bridge had been asked when it said this
  std::string qr, pairingCode, infoJson, detail;
  std::int64_t qrExpiresAtUs = 0, pairingCodeExpiresAtUs = 0;
  std::int32_t networkCode = 0;
  std::uint32_t retryInMs = 0;
};
StateReport readState(const Frame& frame);

/// `refusal` is what the answer says at once if the bridge asked for something not allowed.
struct PublishRequest {
  std::uint64_t id = 0, key = 0;
  std::vector<colibri_event_draft> drafts;
  std::vector<colibri_kv_op> ops;
  colibri_status refusal = COLIBRI_OK;
};
PublishRequest readPublish(const Frame& frame);

struct GetRequest {
  std::uint64_t id = 0, key = 0;
  std::vector<colibri_str> keys;
  colibri_status refusal = COLIBRI_OK;
};
GetRequest readGet(const Frame& frame);

struct WriteRequest {
  std::uint64_t id = 0, key = 0;
  std::vector<colibri_kv_op> ops;
  colibri_status refusal = COLIBRI_OK;
};
WriteRequest readWrite(const Frame& frame);

struct ScanRequest {
  std::uint64_t id = 0, key = 0;
  std::string_view prefix, after;
  std::uint32_t limit = 0;
};
ScanRequest readScan(const Frame& frame);

struct Completion {
  std::uint64_t token = 0;
  colibri_status status = COLIBRI_OK;
  std::string_view detail, resultJson;
};
Completion readCompletion(const Frame& frame);

struct LogLine {
  colibri_log_level level = COLIBRI_LOG_INFO;
  std::string message;
  std::vector<std::pair<std::string, std::string>> fields;
};
LogLine readLog(const Frame& frame);

}  // namespace colibri::baileys
