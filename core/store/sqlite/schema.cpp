#include "store/sqlite/schema.hpp"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <array>
#include <string>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"

namespace colibri::store::sqlite {
namespace {

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

// Instance keys and sequences are 63 bit. Bodies and everything sealed are BLOBs.
// Events lie in arrival order with an index beside: with the key (instance, sequence) as the row's
// own place, 64 instances at once cost twice the time per event, as every row then dirties a page
// of its own.
constexpr std::array<std::string_view, 14> kVersion1 = {
    R"sql(CREATE TABLE instances(
      key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
      integration TEXT NOT NULL, number TEXT NOT NULL, token_hash BLOB NOT NULL UNIQUE,
      token_sealed BLOB NOT NULL, linked INTEGER NOT NULL,
      deleting INTEGER NOT NULL, owner_jid TEXT NOT NULL,
      profile_name TEXT NOT NULL, profile_picture_url TEXT NOT NULL,
      disconnection_code INTEGER NOT NULL, disconnected_at_us INTEGER NOT NULL,
      created_at_us INTEGER NOT NULL, updated_at_us INTEGER NOT NULL))sql",
    R"sql(CREATE TABLE settings(
      instance INTEGER NOT NULL, alias TEXT NOT NULL, json BLOB NOT NULL,
      PRIMARY KEY(instance, alias)) WITHOUT ROWID)sql",
    R"sql(CREATE TABLE events(
      id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, sequence INTEGER NOT NULL,
      event_id TEXT NOT NULL, type INTEGER NOT NULL, type_name TEXT NOT NULL, flags INTEGER NOT NULL,
      schema_major INTEGER NOT NULL, schema_minor INTEGER NOT NULL, occurred_at_us INTEGER NOT NULL,
      recorded_at_us INTEGER NOT NULL, expires_at_us INTEGER NOT NULL, owner_jid TEXT NOT NULL,
      chat_id TEXT NOT NULL, sealed INTEGER NOT NULL, body BLOB NOT NULL))sql",
    "CREATE UNIQUE INDEX events_by_sequence ON events(instance, sequence)",
    R"sql(CREATE TABLE sequences(
      instance INTEGER PRIMARY KEY, last INTEGER NOT NULL))sql",
    R"sql(CREATE TABLE dedupe(
      instance INTEGER NOT NULL, key BLOB NOT NULL, expires_at_us INTEGER NOT NULL,
      PRIMARY KEY(instance, key)) WITHOUT ROWID)sql",
    "CREATE INDEX dedupe_by_expiry ON dedupe(expires_at_us)",
    R"sql(CREATE TABLE cursors(
      instance INTEGER NOT NULL, subscription TEXT NOT NULL, low INTEGER NOT NULL,
      done_above BLOB NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL,
      failing_since_us INTEGER NOT NULL, PRIMARY KEY(instance, subscription)) WITHOUT ROWID)sql",
    R"sql(CREATE TABLE dead_letters(
      id INTEGER PRIMARY KEY AUTOINCREMENT, instance INTEGER NOT NULL, subscription TEXT NOT NULL,
      dead_sequence INTEGER NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL,
      first_attempt_at_us INTEGER NOT NULL, dead_at_us INTEGER NOT NULL, has_event INTEGER NOT NULL,
      sequence INTEGER NOT NULL, event_id TEXT NOT NULL, type INTEGER NOT NULL, type_name TEXT NOT NULL,
      flags INTEGER NOT NULL, schema_major INTEGER NOT NULL, schema_minor INTEGER NOT NULL,
      occurred_at_us INTEGER NOT NULL, recorded_at_us INTEGER NOT NULL, expires_at_us INTEGER NOT NULL,
      owner_jid TEXT NOT NULL, chat_id TEXT NOT NULL, sealed INTEGER NOT NULL, body BLOB NOT NULL))sql",
    "CREATE INDEX dead_letters_by_instance ON dead_letters(instance, id)",
    R"sql(CREATE TABLE idempotency(
      instance INTEGER NOT NULL, key TEXT NOT NULL, request_hash BLOB NOT NULL, message_id TEXT NOT NULL,
      status INTEGER NOT NULL, answer BLOB NOT NULL, created_at_us INTEGER NOT NULL,
      PRIMARY KEY(instance, key)))sql",
    "CREATE INDEX idempotency_by_age ON idempotency(created_at_us)",
    R"sql(CREATE TABLE kv(
      instance INTEGER NOT NULL, plugin TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
      sealed INTEGER NOT NULL, expires_at_us INTEGER NOT NULL,
      PRIMARY KEY(instance, plugin, key)) WITHOUT ROWID)sql",
    "CREATE INDEX kv_by_expiry ON kv(expires_at_us) WHERE expires_at_us <> 0",
};

// Dead letters that are to be delivered again, and the last attempts of each lane.
constexpr std::array<std::string_view, 4> kVersion2 = {
    "ALTER TABLE dead_letters ADD COLUMN replay_at_us INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX dead_letters_by_lane ON dead_letters(instance, subscription, replay_at_us)",
    "CREATE INDEX dead_letters_marked ON dead_letters(instance, subscription, id)"
    " WHERE replay_at_us <> 0",
    R"sql(CREATE TABLE attempts(
      instance INTEGER NOT NULL, subscription TEXT NOT NULL, slot INTEGER NOT NULL,
      number INTEGER NOT NULL, sealed INTEGER NOT NULL, entry BLOB NOT NULL,
      PRIMARY KEY(instance, subscription, slot)) WITHOUT ROWID)sql",
};

// What idempotency records hold is sealed. The records of before stay readable for their last day:
// without them, who repeats a request would send twice.
constexpr std::array<std::string_view, 1> kVersion3 = {
    "ALTER TABLE idempotency ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0",
};

// Which database this is (identity.hpp).
constexpr std::array<std::string_view, 1> kVersion4 = {
    "CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), id TEXT NOT NULL,"
    " key_check BLOB NOT NULL)",
};

// A checksum per row (row_sum.hpp), which rows of before do not have, and whether there are such.
constexpr std::array<std::string_view, 11> kVersion5 = {
    "ALTER TABLE instances ADD COLUMN sum INTEGER",
    "ALTER TABLE settings ADD COLUMN sum INTEGER",
    "ALTER TABLE events ADD COLUMN sum INTEGER",
    "ALTER TABLE sequences ADD COLUMN sum INTEGER",
    "ALTER TABLE cursors ADD COLUMN sum INTEGER",
    "ALTER TABLE dead_letters ADD COLUMN sum INTEGER",
    "ALTER TABLE attempts ADD COLUMN sum INTEGER",
    "ALTER TABLE idempotency ADD COLUMN sum INTEGER",
    "ALTER TABLE kv ADD COLUMN sum INTEGER",
    "ALTER TABLE dead_letters ADD COLUMN fate_sum INTEGER",
    "ALTER TABLE identity ADD COLUMN unsummed INTEGER NOT NULL DEFAULT 1",
};

constexpr std::array kMigrations = {Migration{kVersion1}, Migration{kVersion2},
                                    Migration{kVersion3}, Migration{kVersion4},
                                    Migration{kVersion5}};

int pragma(Poco::Data::Session& session, const std::string& name) {
  int value = 0;
  session << "PRAGMA " + name, into(value), now;
  return value;
}

void apply(Connection& connection, const Migration& step, std::size_t version) {
  auto& session = connection.session();
  session << "BEGIN IMMEDIATE", now;
  try {
    for (const auto statement : step.statements) session << std::string(statement), now;
    session << "PRAGMA application_id = " + std::to_string(kApplicationId), now;
    session << "PRAGMA user_version = " + std::to_string(version), now;
    session << "COMMIT", now;
  } catch (const Poco::Exception&) {
    if (connection.inTransaction()) session << "ROLLBACK", now;
    throw;
  }
}

}  // namespace

std::span<const Migration> migrations() noexcept {
  return kMigrations;
}

Result<void> migrate(Connection& connection, std::span<const Migration> all) try {
  auto& session = connection.session();
  const int owner = pragma(session, "application_id");
  const auto version = static_cast<std::size_t>(pragma(session, "user_version"));
  int tables = 0;
  session << "SELECT COUNT(*) FROM sqlite_schema", into(tables), now;
  if (owner != kApplicationId && (owner != 0 || tables != 0)) {
    return Error{Errc::conflict, "the file is a database, but not one of Colibri's"};
  }
  if (auto known = checkVersion(version, all.size()); !known) return known;
  for (auto next = version; next < all.size(); ++next) apply(connection, all[next], next + 1);
  return {};
} catch (const Poco::Exception& e) {
  return toError(e);
}

}  // namespace colibri::store::sqlite
