-- 1
CREATE TABLE instances( key bigint PRIMARY KEY, id text COLLATE "C" NOT NULL CONSTRAINT instances_id_key UNIQUE, name text COLLATE "C" NOT NULL CONSTRAINT instances_name_key UNIQUE, integration text NOT NULL, number bytea NOT NULL, token_hash bytea NOT NULL CONSTRAINT instances_token_hash_key UNIQUE, token_sealed bytea NOT NULL, linked boolean NOT NULL, deleting boolean NOT NULL, owner_jid bytea NOT NULL, profile_name bytea NOT NULL, profile_picture_url bytea NOT NULL, disconnection_code bigint NOT NULL, disconnected_at_us bigint NOT NULL, created_at_us bigint NOT NULL, updated_at_us bigint NOT NULL)
CREATE TABLE settings( instance bigint NOT NULL, alias text COLLATE "C" NOT NULL, json bytea NOT NULL, PRIMARY KEY(instance, alias))
CREATE TABLE events( instance bigint NOT NULL, sequence bigint NOT NULL, event_id text NOT NULL, type bigint NOT NULL, type_name text NOT NULL, flags bigint NOT NULL, schema_major bigint NOT NULL, schema_minor bigint NOT NULL, occurred_at_us bigint NOT NULL, recorded_at_us bigint NOT NULL, expires_at_us bigint NOT NULL, owner_jid bytea NOT NULL, chat_id bytea NOT NULL, sealed boolean NOT NULL, body bytea NOT NULL, PRIMARY KEY(instance, sequence))
ALTER TABLE events ALTER body SET STORAGE EXTERNAL
CREATE TABLE sequences(instance bigint PRIMARY KEY, last bigint NOT NULL)
CREATE TABLE dedupe( instance bigint NOT NULL, key bytea NOT NULL, expires_at_us bigint NOT NULL, PRIMARY KEY(instance, key))
CREATE INDEX dedupe_by_expiry ON dedupe(expires_at_us)
CREATE TABLE cursors( instance bigint NOT NULL, subscription text COLLATE "C" NOT NULL, low bigint NOT NULL, done_above bytea NOT NULL, state bigint NOT NULL, reason bytea NOT NULL, failing_since_us bigint NOT NULL, PRIMARY KEY(instance, subscription))
CREATE TABLE dead_letters( id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, instance bigint NOT NULL, subscription text COLLATE "C" NOT NULL, dead_sequence bigint NOT NULL, reason bytea NOT NULL, attempts bigint NOT NULL, first_attempt_at_us bigint NOT NULL, dead_at_us bigint NOT NULL, has_event boolean NOT NULL, sequence bigint NOT NULL, event_id text NOT NULL, type bigint NOT NULL, type_name text NOT NULL, flags bigint NOT NULL, schema_major bigint NOT NULL, schema_minor bigint NOT NULL, occurred_at_us bigint NOT NULL, recorded_at_us bigint NOT NULL, expires_at_us bigint NOT NULL, owner_jid bytea NOT NULL, chat_id bytea NOT NULL, sealed boolean NOT NULL, body bytea NOT NULL)
ALTER TABLE dead_letters ALTER body SET STORAGE EXTERNAL
CREATE INDEX dead_letters_by_instance ON dead_letters(instance, id)
CREATE TABLE idempotency( instance bigint NOT NULL, key bytea NOT NULL, request_hash bytea NOT NULL, message_id text NOT NULL, status bigint NOT NULL, answer bytea NOT NULL, created_at_us bigint NOT NULL, PRIMARY KEY(instance, key))
CREATE INDEX idempotency_by_age ON idempotency(created_at_us)
CREATE TABLE kv( instance bigint NOT NULL, plugin text COLLATE "C" NOT NULL, key bytea NOT NULL, value bytea NOT NULL, sealed boolean NOT NULL, expires_at_us bigint NOT NULL, PRIMARY KEY(instance, plugin, key))
ALTER TABLE kv ALTER value SET STORAGE EXTERNAL
CREATE INDEX kv_by_expiry ON kv(expires_at_us) WHERE expires_at_us <> 0
CREATE TABLE writers( id text PRIMARY KEY, commits bigint NOT NULL, opened_at timestamptz NOT NULL DEFAULT now())
ALTER TABLE writers SET (fillfactor = 10)
-- 2
ALTER TABLE dead_letters ADD COLUMN replay_at_us bigint NOT NULL DEFAULT 0
CREATE INDEX dead_letters_by_lane ON dead_letters(instance, subscription, replay_at_us)
CREATE INDEX dead_letters_marked ON dead_letters(instance, subscription, id) WHERE replay_at_us <> 0
CREATE TABLE attempts( instance bigint NOT NULL, subscription text COLLATE "C" NOT NULL, slot bigint NOT NULL, number bigint NOT NULL, sealed boolean NOT NULL, entry bytea NOT NULL, PRIMARY KEY(instance, subscription, slot))
ALTER TABLE attempts ALTER entry SET STORAGE EXTERNAL
-- 3
ALTER TABLE idempotency ADD COLUMN sealed boolean NOT NULL DEFAULT false
-- 4
CREATE TABLE identity(one bigint PRIMARY KEY CHECK(one = 1), id text NOT NULL, key_check bytea NOT NULL)
-- 5
ALTER TABLE instances ADD COLUMN sum bigint
ALTER TABLE settings ADD COLUMN sum bigint
ALTER TABLE events ADD COLUMN sum bigint
ALTER TABLE sequences ADD COLUMN sum bigint
ALTER TABLE cursors ADD COLUMN sum bigint
ALTER TABLE dead_letters ADD COLUMN sum bigint
ALTER TABLE attempts ADD COLUMN sum bigint
ALTER TABLE idempotency ADD COLUMN sum bigint
ALTER TABLE kv ADD COLUMN sum bigint
ALTER TABLE dead_letters ADD COLUMN fate_sum bigint
ALTER TABLE identity ADD COLUMN unsummed boolean NOT NULL DEFAULT true
