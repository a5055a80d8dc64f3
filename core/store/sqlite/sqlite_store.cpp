#include "store/sqlite/sqlite_store.hpp"

#include <utility>

#include "base/whole_file.hpp"
#include "log/log.hpp"
#include "store/engine_store.hpp"
#include "store/identity.hpp"
#include "store/pool.hpp"
#include "store/reader/identity_row.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/poco_reader.hpp"
#include "store/sqlite/queries.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "store/sqlite/write_ahead_log.hpp"

namespace colibri::store::sqlite {
namespace {

/// The claim on the file, and its reading connections. [Threading] any thread.
class Readers {
 public:
  Readers(DatabaseFile file, std::shared_ptr<StateFile> state, const crypto::Sealer* sealer,
          Damage& damage, const Clock& clock, unsigned count)
      : file_(std::move(file)), closing_{file_.path(), std::move(state)} {
    for (unsigned i = 0; i < count; ++i)
      pool_.add(std::make_unique<Queries>(file_.path(), sealer, damage, clock));
  }
  /// The last connection takes the write-ahead log with it.
  ~Readers() { closing_.note(Remembered::State::between); }
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  template <class Ask>
  Answer<Ask, Queries> read(Ask ask) {
    try {
      return ask(*pool_.borrow());
    } catch (const Poco::Exception& failure) {
      return toError(failure);
    }
  }

 private:
  /// Notes at its end that all is in the database file.
  struct Closing {
    ~Closing() {
      // After a power failure the log would be there again if its folder did not know.
      if (logIsEmpty(database) && syncFolderOf(database)) note(Remembered::State::clean);
    }
    void note(Remembered::State now) const {
      if (!state) return;
      if (const auto noted = state->write(now); !noted) {
        log::write(log::Level::warn, "store", "the state of the database is not noted",
                   {{"why", noted.error().message}});
      }
    }
    const std::filesystem::path& database;
    const std::shared_ptr<StateFile> state;
  };

  const DatabaseFile file_;
  const Closing closing_;  // outlived by nothing but the claim on the file
  Pool<Queries> pool_;
};

/// The note, if one is kept and the files are as it says. Nothing was touched. [Errors] rejected.
Result<std::shared_ptr<StateFile>> checkFiles(const std::filesystem::path& database,
                                              const std::filesystem::path& stateFile) {
  if (stateFile.empty()) return std::shared_ptr<StateFile>();
  auto state = StateFile::read(stateFile);
  if (!state) return state.error();
  auto fits = SqliteStore::exists(database) ? checkLog(database, *state) : checkMayBeNew(*state);
  if (!fits) return fits.error();
  // Should the database be refused later, SQLite has folded the log into its file all the same.
  if (state->last()) {
    if (auto noted = state->write(Remembered::State::between); !noted) return noted.error();
  }
  return std::make_shared<StateFile>(std::move(*state));
}

/// The open database has an identity, and it is the right one, and noted.
Result<void> confirmIdentity(Connection& connection, const crypto::Sealer* sealer, StateFile* state,
                             Damage& damage) {
  PocoReader reader(connection);
  const auto identity = identityOf(reader, sealer);
  if (!identity) return identity.error();
  if (identity->unsummed) damage.expectUnsummed();
  if (state == nullptr) return {};
  if (auto belongs = checkBelongs(*state, identity->id); !belongs) return belongs;
  return state->write({Remembered::State::between, identity->id, {}});
}

}  // namespace

bool SqliteStore::exists(const std::filesystem::path& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return !none && size != 0;
}

Result<std::unique_ptr<Store>> SqliteStore::open(const std::filesystem::path& path,
                                                 const Clock& clock, const crypto::Sealer* sealer,
                                                 Options options) try {
  const auto about = [&path](const Error& error) {
    return Error{error.code, "the database " + path.string() + ": " + error.message};
  };
  auto file = DatabaseFile::claim(path);
  if (!file) return file.error();
  const auto state = checkFiles(path, options.stateFile);
  if (!state) return about(state.error());
  if (auto made = file->makePrivate(); !made) return made.error();
  auto damage = std::make_unique<Damage>();
  auto connection = std::make_unique<Connection>(path, Connection::Use::write, options.maxBytes);
  if (auto migrated = migrate(*connection, migrations()); !migrated) {
    return Error{migrated.error().code, path.string() + ": " + migrated.error().message};
  }
  if (auto confirmed = confirmIdentity(*connection, sealer, state->get(), *damage); !confirmed)
    return about(confirmed.error());
  auto readers =
      std::make_unique<Readers>(std::move(*file), *state, sealer, *damage, clock, options.readers);
  auto engine =
      std::make_unique<SqliteEngine>(std::move(connection), LogWatch(path, *state), clock, *damage);
  auto writer = std::make_unique<Writer>(std::move(engine), clock, options.writer);
  return std::unique_ptr<Store>(std::make_unique<EngineStore<Readers>>(
      std::move(readers), std::move(writer), std::move(damage), sealer));
} catch (const Poco::Exception& failure) {
  return Error{Errc::unavailable,
               "cannot open the database " + path.string() + ": " + failure.displayText()};
}

}  // namespace colibri::store::sqlite
