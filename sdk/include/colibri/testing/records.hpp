// colibri/testing/records.hpp -- what FakeHost remembers of a plugin's calls, as plain data.
// Threads: values; every accessor of FakeHost returns copies. Units in the names.
#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/abi/ext/websocket_routes.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace colibri::testing {

struct LogLine {
  colibri_log_level level = COLIBRI_LOG_INFO;
  std::string message;
  std::map<std::string, std::string> fields = {};
};

struct Subscription {
  uint64_t id = 0;
  std::string name = {}, filter = {};
  uint32_t flags = 0, maxInFlight = 0, maxInFlightPerInstance = 0, ackTimeoutMs = 0;
};

/// How one delivery ended.
struct Outcome {
  colibri_status status = COLIBRI_OK;
  uint32_t retryAfterMs = 0;
  std::string detail;
  uint32_t httpStatus = 0;    ///< of a report
  std::string response = {};  ///< likewise, whole
  uint32_t flags = 0;         ///< likewise, COLIBRI_REPORT_F_*
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
  uint64_t userToken = 0, instance = 0;
  uint32_t flags = 0, timeoutMs = 0, maxResponseBytes = 0;
  std::string method = {}, url = {}, body = {};
  Headers headers = {};
  bool cancelled = false, answered = false;

  /// The first header of that name, in any case.
  std::optional<std::string> header(std::string_view name) const {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (const auto& [key, value] : headers) {
      bool same = key.size() == name.size();
      for (size_t i = 0; same && i < name.size(); ++i) same = lower(key[i]) == lower(name[i]);
      if (same) return value;
    }
    return std::nullopt;
  }
};

/// What the fake web answers. `status` other than OK: no answer came, so the rest but `detail` is nothing.
struct HttpReply {
  uint32_t httpStatus = 200;
  std::string body = {};
  Headers headers = {};  ///< names in lower case
  colibri_status status = COLIBRI_OK;
  uint32_t retryAfterMs = 0;
  bool truncated = false;
  std::string detail = {};
  bool confidential = false;
};

/// A request to one of the plugin's routes; `route`: index into its table.
struct RouteRequest {
  size_t route = 0;
  uint64_t instance = 1;
  bool v2 = false;
  std::string instanceId = "00000000-0000-4000-8000-000000000001", instanceName = "shop";
  std::string body = "{}";
  std::vector<std::pair<std::string, std::string>> query = {};
};

/// Its answer. `refusal` < 0: on_request() said so, with `body` as its text.
struct RouteReply {
  uint32_t status = 0;
  std::string body = {};
  colibri_status refusal = COLIBRI_OK;
};

/// An instance's settings of this plugin, as the fake host keeps them.
struct KeptSettings {
  std::string json = {};
  bool enabled = true;
  int64_t createdAtUs = 0, updatedAtUs = 0;
};

/// An upgrade or a raw request to one of the plugin's mounts; `mount`: index into its table. `key` is looked
/// up in what FakeHost::key() was told; unknown ones are answered 401 without the plugin, as the host does.
struct WebAsked {
  size_t mount = 0;
  uint64_t instance = 0;
  std::string key = {}, method = "GET", path = {};
  std::vector<std::pair<std::string, std::string>> query = {};
  Headers headers = {};
  std::string body = {}, sender = "198.51.100.7";
};

struct WebMessage {
  uint32_t opcode = COLIBRI_WS_TEXT;
  std::string data = {};
};

/// One connection as its client sees it. `refusal` < 0: it was refused, with `detail` as the sentence.
struct WebConnection {
  colibri_status refusal = COLIBRI_OK;
  std::string detail = {};
  std::vector<WebMessage> received = {};  ///< all that the plugin sent, read or not
  uint32_t closeCode = 0;                 ///< 0 = open
  std::string closeReason = {};
};

/// The answer to a raw request. `refusal` < 0: on_http() said so, with `body` as its text.
struct WebReply {
  uint32_t status = 0;
  std::string contentType = {}, body = {};
  colibri_status refusal = COLIBRI_OK;
};

/// One read() of the log that was taken.
struct LogRead {
  uint64_t instance = 0, after = 0;
  uint32_t limit = 0;
  std::string filter = {};
};

struct Draft {
  colibri_event_type type = COLIBRI_EVENT_UNKNOWN;
  uint32_t flags = 0;
  uint16_t schemaMajor = 0, schemaMinor = 0;
  uint64_t instance = 0;
  int64_t occurredAtUs = 0, expiresAtUs = 0;
  std::string typeName = {}, chat = {}, dedupeKey = {}, body = {};
};

struct KvOperation {
  std::string key = {}, value = {};
  uint32_t flags = 0, ttlS = 0;
};

/// One publish() that was taken.
struct Publication {
  uint64_t userToken = 0, instance = 0;
  std::vector<Draft> drafts = {};
  std::vector<KvOperation> operations = {};
  bool answered = false;
  colibri_status status = COLIBRI_PENDING;
  uint64_t firstSequence = 0;
};

struct Completion {
  colibri_status status = COLIBRI_OK;
  std::string resultJson = {}, detail = {};
};

}  // namespace colibri::testing
