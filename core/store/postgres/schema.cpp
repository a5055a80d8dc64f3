#include "store/postgres/schema.hpp"

#include <array>

#include "store/postgres/connection.hpp"

namespace colibri::store::postgres {
namespace {

// Whole numbers are bigint, since that is what is bound to them. Texts that others made are bytea:
// they need not be UTF-8 and may hold NUL. Names compare byte by byte, whatever the database's
// language. Bodies and values are mostly sealed, so PostgreSQL need not try to compress them.
constexpr std::array<std::string_view, 18> kVersion1 = {
    R"sql(CREATE TABLE instances(
      key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL CONSTRAINT instances_id_key UNIQUE,
      name text COLLATE "C" NOT NULL CONSTRAINT instances_name_key UNIQUE,
      integration text NOT NULL, number bytea NOT NULL,
      token_hash bytea NOT NULL CONSTRAINT instances_token_hash_key UNIQUE,
      token_sealed bytea NOT NULL, linked boolean NOT NULL, deleting boolean NOT NULL,
      owner_jid bytea NOT NULL, profile_name bytea NOT NULL, profile_picture_url bytea NOT NULL,
      disconnection_code bigint NOT NULL, disconnected_at_us bigint NOT NULL,
      created_at_us bigint NOT NULL, updated_at_us bigint NOT NULL))sql",
    R"sql(CREATE TABLE settings(
      instance bigint NOT NULL, alias text COLLATE "C" NOT NULL, json bytea NOT NULL,
      PRIMARY KEY(instance, alias)))sql",
    R"sql(CREATE TABLE events(
      instance bigint NOT NULL, sequence bigint NOT NULL, event_id text NOT NULL,
      type bigint NOT NULL, type_name text NOT NULL, flags bigint NOT NULL,
      schema_major bigint NOT NULL, schema_minor bigint NOT NULL, occurred_at_us bigint NOT NULL,
      recorded_at_us bigint NOT NULL, expires_at_us bigint NOT NULL, owner_jid bytea NOT NULL,
      chat_id bytea NOT NULL, sealed boolean NOT NULL, body bytea NOT NULL,
      PRIMARY KEY(instance, sequence)))sql",
    "ALTER TABLE events ALTER body SET STORAGE EXTERNAL",
    "CREATE TABLE sequences(instance bigint PRIMARY KEY, last bigint NOT NULL)",
    R"sql(CREATE TABLE dedupe(
      instance bigint NOT NULL, key bytea NOT NULL, expires_at_us bigint NOT NULL,
      PRIMARY KEY(instance, key)))sql",
    "CREATE INDEX dedupe_by_expiry ON dedupe(expires_at_us)",
    R"sql(CREATE TABLE cursors(
      instance bigint NOT NULL, subscription text COLLATE "C" NOT NULL, low bigint NOT NULL,
      done_above bytea NOT NULL, state bigint NOT NULL, reason bytea NOT NULL,
      failing_since_us bigint NOT NULL, PRIMARY KEY(instance, subscription)))sql",
    R"sql(CREATE TABLE dead_letters(
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, instance bigint NOT NULL,
      subscription text COLLATE "C" NOT NULL, dead_sequence bigint NOT NULL, reason bytea NOT NULL,
      attempts bigint NOT NULL, first_attempt_at_us bigint NOT NULL, dead_at_us bigint NOT NULL,
      has_event boolean NOT NULL, sequence bigint NOT NULL, event_id text NOT NULL,
      type bigint NOT NULL, type_name text NOT NULL, flags bigint NOT NULL,
      schema_major bigint NOT NULL, schema_minor bigint NOT NULL, occurred_at_us bigint NOT NULL,
      recorded_at_us bigint NOT NULL, expires_at_us bigint NOT NULL, owner_jid bytea NOT NULL,
      chat_id bytea NOT NULL, sealed boolean NOT NULL, body bytea NOT NULL))sql",
    "ALTER TABLE dead_letters ALTER body SET STORAGE EXTERNAL",
    "CREATE INDEX dead_letters_by_instance ON dead_letters(instance, id)",
    R"sql(CREATE TABLE idempotency(
      instance bigint NOT NULL, key bytea NOT NULL, request_hash bytea NOT NULL,
      message_id text NOT NULL, status bigint NOT NULL, answer bytea NOT NULL,
      created_at_us bigint NOT NULL, PRIMARY KEY(instance, key)))sql",
    "CREATE INDEX idempotency_by_age ON idempotency(created_at_us)",
    R"sql(CREATE TABLE kv(
      instance bigint NOT NULL, plugin text COLLATE "C" NOT NULL, key bytea NOT NULL,
      value bytea NOT NULL, sealed boolean NOT NULL, expires_at_us bigint NOT NULL,
      PRIMARY KEY(instance, plugin, key)))sql",
    "ALTER TABLE kv ALTER value SET STORAGE EXTERNAL",
    "CREATE INDEX kv_by_expiry ON kv(expires_at_us) WHERE expires_at_us <> 0",
    // How many groups each process has committed: what a COMMIT without an answer came to.
    R"sql(CREATE TABLE writers(
      id text PRIMARY KEY, commits bigint NOT NULL, opened_at timestamptz NOT NULL DEFAULT now()))sql",
    "ALTER TABLE writers SET (fillfactor = 10)",  // its rows are updated in place
};

// Dead letters that are to be delivered again, and the last attempts of each lane.
constexpr std::array<std::string_view, 5> kVersion2 = {
    "ALTER TABLE dead_letters ADD COLUMN replay_at_us bigint NOT NULL DEFAULT 0",
    "CREATE INDEX dead_letters_by_lane ON dead_letters(instance, subscription, replay_at_us)",
    "CREATE INDEX dead_letters_marked ON dead_letters(instance, subscription, id)"
    " WHERE replay_at_us <> 0",
    R"sql(CREATE TABLE attempts(
      instance bigint NOT NULL, subscription text COLLATE "C" NOT NULL, slot bigint NOT NULL,
      number bigint NOT NULL, sealed boolean NOT NULL, entry bytea NOT NULL,
      PRIMARY KEY(instance, subscription, slot)))sql",
    "ALTER TABLE attempts ALTER entry SET STORAGE EXTERNAL",
};

// What idempotency records hold is sealed. The records of before stay readable for their last day:
// without them, who repeats a request would send twice.
constexpr std::array<std::string_view, 1> kVersion3 = {
    "ALTER TABLE idempotency ADD COLUMN sealed boolean NOT NULL DEFAULT false",
};

// Which database this is (identity.hpp).
constexpr std::array<std::string_view, 1> kVersion4 = {
    "CREATE TABLE identity(one bigint PRIMARY KEY CHECK(one = 1), id text NOT NULL,"
    " key_check bytea NOT NULL)",
};

// A checksum per row (row_sum.hpp), which rows of before do not have, and whether there are such.
constexpr std::array<std::string_view, 11> kVersion5 = {
    "ALTER TABLE instances ADD COLUMN sum bigint",
    "ALTER TABLE settings ADD COLUMN sum bigint",
    "ALTER TABLE events ADD COLUMN sum bigint",
    "ALTER TABLE sequences ADD COLUMN sum bigint",
    "ALTER TABLE cursors ADD COLUMN sum bigint",
    "ALTER TABLE dead_letters ADD COLUMN sum bigint",
    "ALTER TABLE attempts ADD COLUMN sum bigint",
    "ALTER TABLE idempotency ADD COLUMN sum bigint",
    "ALTER TABLE kv ADD COLUMN sum bigint",
    "ALTER TABLE dead_letters ADD COLUMN fate_sum bigint",
    "ALTER TABLE identity ADD COLUMN unsummed boolean NOT NULL DEFAULT true",
};

constexpr std::array kMigrations = {Migration{kVersion1}, Migration{kVersion2},
                                    Migration{kVersion3}, Migration{kVersion4},
                                    Migration{kVersion5}};

std::uint64_t number(Connection& connection, const std::string& sql) {
  std::uint64_t value = 0;
  if (const auto rows = connection.runOnce(sql); rows.size() != 0) rows.read(0, value);
  return value;
}

/// A table of another program may have one of our names.
Result<void> claim(Connection& connection) {
  const auto taken =
      number(connection,
             "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename IN"
             " ('instances','settings','events','sequences','dedupe','cursors','dead_letters',"
             "'attempts','idempotency','kv','writers','identity')");
  if (taken != 0) {
    return Error{Errc::conflict,
                 "it holds tables of another program; give Colibri a schema of its own"};
  }
  connection.sendOnce("CREATE TABLE colibri_schema(version bigint NOT NULL)");
  connection.sendOnce("INSERT INTO colibri_schema VALUES(0)");
  connection.finish();
  return {};
}

void apply(Connection& connection, const Migration& step, std::size_t version) {
  connection.sendOnce("BEGIN");
  try {
    for (const auto statement : step.statements) connection.sendOnce(std::string(statement));
    connection.sendOnce("UPDATE colibri_schema SET version = " + std::to_string(version));
    connection.sendOnce("COMMIT");
    connection.finish();
  } catch (const Failure&) {
    if (!connection.lost()) connection.runOnce("ROLLBACK");
    throw;
  }
}

}  // namespace

std::span<const Migration> migrations() noexcept {
  return kMigrations;
}

bool isOurs(Connection& connection) {
  return number(connection,
                "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
                " AND tablename = 'colibri_schema'") != 0;
}

Result<void> migrate(Connection& connection, std::span<const Migration> all) try {
  if (!isOurs(connection)) {
    if (auto claimed = claim(connection); !claimed) return claimed;
  }
  const auto version = number(connection, "SELECT version FROM colibri_schema");
  if (auto known = checkVersion(version, all.size()); !known) return known;
  for (auto next = version; next < all.size(); ++next) apply(connection, all[next], next + 1);
  return {};
} catch (const Failure& failure) {
  return toError(failure);
}

}  // namespace colibri::store::postgres
