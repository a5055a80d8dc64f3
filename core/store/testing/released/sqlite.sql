-- 1
CREATE TABLE instances( key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, integration TEXT NOT NULL, number TEXT NOT NULL, token_hash BLOB NOT NULL UNIQUE, token_sealed BLOB NOT NULL, linked INTEGER NOT NULL, deleting INTEGER NOT NULL, owner_jid TEXT NOT NULL, profile_name TEXT NOT NULL, profile_picture_url TEXT NOT NULL, disconnection_code INTEGER NOT NULL, disconnected_at_us INTEGER NOT NULL, created_at_us INTEGER NOT NULL, updated_at_us INTEGER NOT NULL)
CREATE TABLE settings( instance INTEGER NOT NULL, alias TEXT NOT NULL, json BLOB NOT NULL, PRIMARY KEY(instance, alias)) WITHOUT ROWID
CREATE TABLE events( id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, sequence INTEGER NOT NULL, event_id TEXT NOT NULL, type INTEGER NOT NULL, type_name TEXT NOT NULL, flags INTEGER NOT NULL, schema_major INTEGER NOT NULL, schema_minor INTEGER NOT NULL, occurred_at_us INTEGER NOT NULL, recorded_at_us INTEGER NOT NULL, expires_at_us INTEGER NOT NULL, owner_jid TEXT NOT NULL, chat_id TEXT NOT NULL, sealed INTEGER NOT NULL, body BLOB NOT NULL)
CREATE UNIQUE INDEX events_by_sequence ON events(instance, sequence)
CREATE TABLE sequences( instance INTEGER PRIMARY KEY, last INTEGER NOT NULL)
CREATE TABLE dedupe( instance INTEGER NOT NULL, key BLOB NOT NULL, expires_at_us INTEGER NOT NULL, PRIMARY KEY(instance, key)) WITHOUT ROWID
CREATE INDEX dedupe_by_expiry ON dedupe(expires_at_us)
CREATE TABLE cursors( instance INTEGER NOT NULL, subscription TEXT NOT NULL, low INTEGER NOT NULL, done_above BLOB NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, failing_since_us INTEGER NOT NULL, PRIMARY KEY(instance, subscription)) WITHOUT ROWID
CREATE TABLE dead_letters( id INTEGER PRIMARY KEY AUTOINCREMENT, instance INTEGER NOT NULL, subscription TEXT NOT NULL, dead_sequence INTEGER NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, first_attempt_at_us INTEGER NOT NULL, dead_at_us INTEGER NOT NULL, has_event INTEGER NOT NULL, sequence INTEGER NOT NULL, event_id TEXT NOT NULL, type INTEGER NOT NULL, type_name TEXT NOT NULL, flags INTEGER NOT NULL, schema_major INTEGER NOT NULL, schema_minor INTEGER NOT NULL, occurred_at_us INTEGER NOT NULL, recorded_at_us INTEGER NOT NULL, expires_at_us INTEGER NOT NULL, owner_jid TEXT NOT NULL, chat_id TEXT NOT NULL, sealed INTEGER NOT NULL, body BLOB NOT NULL)
CREATE INDEX dead_letters_by_instance ON dead_letters(instance, id)
CREATE TABLE idempotency( instance INTEGER NOT NULL, key TEXT NOT NULL, request_hash BLOB NOT NULL, message_id TEXT NOT NULL, status INTEGER NOT NULL, answer BLOB NOT NULL, created_at_us INTEGER NOT NULL, PRIMARY KEY(instance, key))
CREATE INDEX idempotency_by_age ON idempotency(created_at_us)
CREATE TABLE kv( instance INTEGER NOT NULL, plugin TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, sealed INTEGER NOT NULL, expires_at_us INTEGER NOT NULL, PRIMARY KEY(instance, plugin, key)) WITHOUT ROWID
CREATE INDEX kv_by_expiry ON kv(expires_at_us) WHERE expires_at_us <> 0
-- 2
ALTER TABLE dead_letters ADD COLUMN replay_at_us INTEGER NOT NULL DEFAULT 0
CREATE INDEX dead_letters_by_lane ON dead_letters(instance, subscription, replay_at_us)
CREATE INDEX dead_letters_marked ON dead_letters(instance, subscription, id) WHERE replay_at_us <> 0
CREATE TABLE attempts( instance INTEGER NOT NULL, subscription TEXT NOT NULL, slot INTEGER NOT NULL, number INTEGER NOT NULL, sealed INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY(instance, subscription, slot)) WITHOUT ROWID
-- 3
ALTER TABLE idempotency ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0
-- 4
CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), id TEXT NOT NULL, key_check BLOB NOT NULL)
-- 5
ALTER TABLE instances ADD COLUMN sum INTEGER
ALTER TABLE settings ADD COLUMN sum INTEGER
ALTER TABLE events ADD COLUMN sum INTEGER
ALTER TABLE sequences ADD COLUMN sum INTEGER
ALTER TABLE cursors ADD COLUMN sum INTEGER
ALTER TABLE dead_letters ADD COLUMN sum INTEGER
ALTER TABLE attempts ADD COLUMN sum INTEGER
ALTER TABLE idempotency ADD COLUMN sum INTEGER
ALTER TABLE kv ADD COLUMN sum INTEGER
ALTER TABLE dead_letters ADD COLUMN fate_sum INTEGER
ALTER TABLE identity ADD COLUMN unsummed INTEGER NOT NULL DEFAULT 1
