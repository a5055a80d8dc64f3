#pragma once

#include <string>

#include "store/postgres/rows.hpp"
#include "store/rows.hpp"

namespace colibri::store::postgres {

/// The columns that the log and the dead letters have in common, in the order of both tables.
inline constexpr char kHeaderColumns[] =
    "sequence, event_id, type, type_name, flags, schema_major, schema_minor, occurred_at_us, "
    "recorded_at_us, expires_at_us, owner_jid, chat_id, sealed";
inline const std::string kEventColumns = std::string(kHeaderColumns) + ", body";

/// Reads `before...` and then the event's columns. `instance` is not among them.
template <class... Before>
void readEvent(const Rows& rows, int row, EventRow& e, Before&... before) {
  rows.read(row, before..., e.sequence, e.eventId, e.type, e.typeName, e.flags, e.schemaMajor,
            e.schemaMinor, e.occurredAtUs, e.recordedAtUs, e.expiresAtUs, e.ownerJid, e.chatId,
            e.sealed, e.body);
}

}  // namespace colibri::store::postgres
