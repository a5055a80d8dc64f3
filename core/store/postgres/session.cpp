#include "store/postgres/session.hpp"

#include <chrono>
#include <thread>

#include "store/postgres/pq_reader.hpp"
#include "store/postgres/schema.hpp"
#include "store/reader/identity_row.hpp"

namespace colibri::store::postgres {
namespace {

// Long enough for the server to notice that a process that was killed is gone.
constexpr std::chrono::milliseconds kLockWait{2000}, kLockPause{50};

constexpr char kTryLock[] =
    "SELECT pg_try_advisory_lock(hashtext('colibri'), n.oid::int) FROM pg_namespace n"
    " WHERE n.nspname = $1";
// Ends the server's side of our own last connection, which may not have noticed that it broke.
constexpr char kEndLastWriter[] =
    "SELECT pg_terminate_backend(l.pid) FROM pg_locks l, pg_namespace n, pg_database d"
    " WHERE n.nspname = $1 AND d.datname = current_database() AND l.database = d.oid"
    " AND l.locktype = 'advisory' AND l.classid = hashtext('colibri')::oid AND l.objid = n.oid"
    " AND l.pid = $2::bigint";

bool truth(const Rows& rows) {
  bool value = false;
  if (rows.size() != 0) rows.read(0, value);
  return value;
}

Arguments named(const std::string& schema) {
  Arguments arguments;
  arguments.add(schema);
  return arguments;
}

}  // namespace

Result<std::unique_ptr<Connection>> SessionFactory::openWriter() try {
  auto connection = std::make_unique<Connection>(target_, Connection::Use::write);
  if (connection->parameter("server_encoding") != "UTF8")
    return Error{Errc::rejected, "the database's encoding is not UTF8"};
  if (auto made = makeSchema(*connection); !made) return made.error();
  configure(*connection);
  if (auto locked = lock(*connection); !locked) return locked.error();
  lastWriter_ = connection->serverProcess();
  if (auto prepared = prepare(*connection); !prepared) {
    return Error{prepared.error().code,
                 "the schema " + target_.schema + ": " + prepared.error().message};
  }
  return connection;
} catch (const Failure& failure) {
  return toError(failure);
}

std::unique_ptr<Connection> SessionFactory::openReader() const {
  auto connection = std::make_unique<Connection>(target_, Connection::Use::read);
  configure(*connection);
  return connection;
}

Result<void> SessionFactory::prepare(Connection& connection) const {
  std::optional<StateFile> state;
  if (!stateFile_.empty()) {
    auto read = StateFile::read(stateFile_);
    if (!read) return read.error();
    state = std::move(*read);
    if (!isOurs(connection)) {
      if (auto fresh = checkMayBeNew(*state); !fresh) return fresh;
    }
  }
  if (auto migrated = migrate(connection, migrations()); !migrated) return migrated;
  PqReader reader(connection);
  const auto identity = identityOf(reader, sealer_);
  if (!identity) return identity.error();
  if (identity->unsummed) damage_.expectUnsummed();
  if (!state) return {};
  if (auto belongs = checkBelongs(*state, identity->id); !belongs) return belongs;
  return state->write({Remembered::State::open, identity->id, {}});
}

Result<void> SessionFactory::makeSchema(Connection& connection) const {
  // IF NOT EXISTS asks for the right to make schemas even where there is one.
  const auto there =
      connection.runOnce("SELECT true FROM pg_namespace WHERE nspname = $1", named(schema()));
  if (truth(there)) return {};
  try {
    connection.runOnce("CREATE SCHEMA IF NOT EXISTS " + connection.quoted(schema()));
    return {};
  } catch (const Failure& failure) {
    if (failure.lost) throw;
    return Error{toError(failure).code,
                 "the schema " + schema() + " cannot be made: " + failure.what()};
  }
}

/// Deleting and reading never wait for a plan; a COMMIT is on disk whatever the server's habit is.
void SessionFactory::configure(Connection& connection) const {
  connection.sendOnce("SELECT set_config('search_path', quote_ident($1), false)", named(schema()));
  connection.sendOnce("SET enable_seqscan = off");
  connection.sendOnce("SET plan_cache_mode = force_generic_plan");
  connection.sendOnce("SET default_transaction_isolation = 'read committed'");
  connection.sendOnce(
      "SELECT set_config('synchronous_commit', 'on', false)"
      " WHERE current_setting('synchronous_commit') = 'off'");
  // The lock of a machine that vanished goes in half a minute.
  connection.sendOnce("SET tcp_keepalives_idle = 15");
  connection.sendOnce("SET tcp_keepalives_interval = 5");
  connection.sendOnce("SET tcp_keepalives_count = 3");
  connection.sendOnce("SET tcp_user_timeout = 30000");
  connection.finish();
}

Result<void> SessionFactory::lock(Connection& connection) const {
  const auto until = std::chrono::steady_clock::now() + kLockWait;
  while (!truth(connection.runOnce(kTryLock, named(schema())))) {
    if (lastWriter_ != 0) {
      auto arguments = named(schema());
      arguments.add(lastWriter_);
      connection.runOnce(kEndLastWriter, arguments);
    }
    if (std::chrono::steady_clock::now() >= until) {
      return Error{Errc::conflict, "the schema " + schema() +
                                       " is in use by another process; stop that one first, or "
                                       "give this one a schema of its own"};
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return {};
}

}  // namespace colibri::store::postgres
