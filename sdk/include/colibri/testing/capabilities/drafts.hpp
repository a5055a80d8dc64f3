// colibri/testing/capabilities/drafts.hpp -- drafts of events and key-value operations, copied as the host
// copies them. Threads: pure.
#pragma once

#include <colibri/abi/ext/connector.h>
#include <colibri/testing/builders.hpp>
#include <colibri/testing/records.hpp>

#include <vector>

namespace colibri::testing {

/// Null, or what is wrong with them.
inline const char* copyDrafts(const colibri_event_draft* drafts, size_t count, std::vector<Draft>& to) {
  if (drafts == nullptr || count == 0) return "no draft";
  const auto* at = reinterpret_cast<const char*>(drafts);
  for (size_t i = 0; i < count; ++i, at += drafts->struct_size) {
    const auto& d = *reinterpret_cast<const colibri_event_draft*>(at);
    if (d.instance_key != drafts->instance_key) return "drafts of two instances";
    if (const auto number = eventType(text(d.type_name));
        d.type < COLIBRI_EVENT_PLUGIN_BASE && number != d.type)
      return "type and type_name disagree";
    to.push_back({d.type, d.flags, d.schema_major, d.schema_minor, d.instance_key, d.occurred_at_us,
                  d.expires_at_us, text(d.type_name), text(d.chat_id), text(d.dedupe_key),
                  text(d.body_json)});
  }
  return nullptr;
}

inline std::vector<KvOperation> copyOperations(const colibri_kv_op* ops, size_t count) {
  std::vector<KvOperation> out;
  for (size_t i = 0; i < count; ++i)
    out.push_back({text(ops[i].key), text(ops[i].value), ops[i].flags, ops[i].ttl_s});
  return out;
}

}  // namespace colibri::testing
