#include "store/sqlite/sqlite_store.hpp"

#include <utility>

#include "store/engine_store.hpp"
#include "store/pool.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/queries.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_engine.hpp"

namespace colibri::store::sqlite {
namespace {

/// The claim on the file, and its reading connections. [Threading] any thread.
class Readers {
 public:
  Readers(DatabaseFile file, const crypto::Sealer* sealer, unsigned count)
      : file_(std::move(file)) {
    for (unsigned i = 0; i < count; ++i) pool_.add(std::make_unique<Queries>(file_.path(), sealer));
  }

  template <class Ask>
  Answer<Ask, Queries> read(Ask ask) {
    try {
      return ask(*pool_.borrow());
    } catch (const Poco::Exception& failure) {
      return toError(failure);
    }
  }

 private:
  const DatabaseFile file_;
  Pool<Queries> pool_;
};

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::open(const std::filesystem::path& path,
                                                 const Clock& clock, const crypto::Sealer* sealer,
                                                 Options options) try {
  auto file = DatabaseFile::claim(path);
  if (!file) return file.error();
  auto connection = std::make_unique<Connection>(path, Connection::Use::write, options.maxBytes);
  if (auto migrated = migrate(*connection, migrations()); !migrated) {
    return Error{migrated.error().code, path.string() + ": " + migrated.error().message};
  }
  auto readers = std::make_unique<Readers>(std::move(*file), sealer, options.readers);
  auto writer = std::make_unique<Writer>(
      std::make_unique<SqliteEngine>(std::move(connection), clock), clock, options.writer);
  return std::unique_ptr<Store>(
      std::make_unique<EngineStore<Readers>>(std::move(readers), std::move(writer), clock, sealer));
} catch (const Poco::Exception& failure) {
  return Error{Errc::unavailable,
               "cannot open the database " + path.string() + ": " + failure.displayText()};
}

}  // namespace colibri::store::sqlite
