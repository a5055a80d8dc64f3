#include "store/sqlite/commit_per_event.hpp"

#include <stdexcept>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/statement.hpp"

namespace colibri::store::sqlite {

std::uint64_t commitPerEvent(const std::filesystem::path& file, std::chrono::seconds length,
                             bool acknowledge, const std::function<EventRow()>& next) {
  Connection connection(file, Connection::Use::write);
  if (auto made = migrate(connection, migrations()); !made) {
    throw std::runtime_error(made.error().message);
  }
  Statement append(connection.handle(),
                   "INSERT INTO events(instance, sequence, event_id, type, type_name, flags, "
                   "schema_major, schema_minor, occurred_at_us, recorded_at_us, expires_at_us, "
                   "owner_jid, chat_id, sealed, body) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  Statement cursor(connection.handle(),
                   "INSERT OR REPLACE INTO cursors(instance, subscription, low, done_above, state, "
                   "reason, failing_since_us) VALUES(?,'bench/all',?,x'',0,'',0)");
  const auto until = std::chrono::steady_clock::now() + length;
  std::uint64_t count = 0;
  while (std::chrono::steady_clock::now() < until) {
    const auto e = next();
    ++count;
    append.run(e.instance, count, e.eventId, e.type, e.typeName, e.flags, e.schemaMajor,
               e.schemaMinor, e.occurredAtUs, e.recordedAtUs, e.expiresAtUs, e.ownerJid, e.chatId,
               e.sealed, Blob{e.body});
    if (acknowledge) cursor.run(e.instance, count);
  }
  return count;
}

}  // namespace colibri::store::sqlite
