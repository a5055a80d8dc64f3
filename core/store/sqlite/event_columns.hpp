#pragma once

#include <string>

#include "store/rows.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {

/// The columns that the log and the dead letters have in common, in the order of both tables and of
/// the two functions below.
inline constexpr char kHeaderColumns[] =
    "sequence, event_id, type, type_name, flags, schema_major, schema_minor, occurred_at_us, "
    "recorded_at_us, expires_at_us, owner_jid, chat_id, sealed";
inline const std::string kEventColumns = std::string(kHeaderColumns) + ", body";
inline constexpr char kEventParameters[] = "?,?,?,?,?,?,?,?,?,?,?,?,?,?";

/// Runs `insert` with `before...` and then the event's columns.
template <class... Before>
void insertEvent(Statement& insert, const EventRow& e, std::uint64_t sequence,
                 const Before&... before) {
  insert.run(before..., sequence, e.eventId, e.type, e.typeName, e.flags, e.schemaMajor,
             e.schemaMinor, e.occurredAtUs, e.recordedAtUs, e.expiresAtUs, e.ownerJid, e.chatId,
             e.sealed, Blob{e.body});
}

/// Reads `before...` and then the event's columns. `instance` is not among them.
template <class... Before>
void readEvent(const Statement& row, EventRow& e, Before&... before) {
  row.read(before..., e.sequence, e.eventId, e.type, e.typeName, e.flags, e.schemaMajor,
           e.schemaMinor, e.occurredAtUs, e.recordedAtUs, e.expiresAtUs, e.ownerJid, e.chatId,
           e.sealed, e.body);
}

}  // namespace colibri::store::sqlite
