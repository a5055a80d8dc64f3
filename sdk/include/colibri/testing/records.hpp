// colibri/testing/records.hpp -- what FakeHost remembers of a plugin's calls, as plain data: what more than
// one capability uses. The rest stands with its capability. Threads: values; every accessor of FakeHost
// returns copies. Units in the names.
#pragma once

#include <colibri/abi/ext/connector.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace colibri::testing {

struct LogLine {
  colibri_log_level level = COLIBRI_LOG_INFO;
  std::string message;
  std::map<std::string, std::string> fields = {};
};

using Headers = std::vector<std::pair<std::string, std::string>>;

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

}  // namespace colibri::testing
