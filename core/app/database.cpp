#include "app/database.hpp"

#include <string>
#include <utility>

#include "app/data_folder.hpp"
#include "log/open.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace colibri::app {
namespace {

constexpr char kUri[] = "database.connection_uri";

std::string sourceOf(const config::Loader& loader, std::string_view path) {
  for (const auto& key : loader.effective())
    if (key.path == path) return key.source;
  return "default";
}

bool isPostgres(const config::Loader& loader) {
  return loader.settings().database.provider == "postgresql";
}

Result<store::postgres::Target> targetOf(const config::Loader& loader) {
  auto target = store::postgres::Target::parse(loader.settings().database.connectionUri);
  if (target) return target;
  return Error{Errc::invalidArgument,
               sourceOf(loader, kUri) + ": " + kUri + ": " + target.error().message};
}

}  // namespace

Result<void> checkDatabase(const config::Loader& loader) {
  if (!isPostgres(loader)) return {};
  const auto target = targetOf(loader);
  if (!target) return target.error();
  if (!target->password.empty()) log::redact(target->password);
  return {};
}

Result<bool> databaseExists(const config::Loader& loader) {
  if (!isPostgres(loader))
    return store::sqlite::SqliteStore::exists(loader.settings().database.path);
  auto target = targetOf(loader);
  if (!target) return target.error();
  auto there = store::postgres::PostgresStore::exists(std::move(*target));
  if (there) return there;
  return Error{there.error().code, std::string(kUri) + ": " + there.error().message};
}

Result<std::unique_ptr<store::Store>> openDatabase(const config::Loader& loader, const Clock& clock,
                                                   const crypto::Sealer* sealer) {
  const auto stateFile = stateFileOf(loader.settings());
  if (!isPostgres(loader)) {
    return store::sqlite::SqliteStore::open(loader.settings().database.path, clock, sealer,
                                            {.stateFile = stateFile});
  }
  auto target = targetOf(loader);
  if (!target) return target.error();
  auto opened = store::postgres::PostgresStore::open(std::move(*target), clock, sealer,
                                                     {.stateFile = stateFile});
  if (opened) return opened;
  return Error{opened.error().code, std::string(kUri) + ": " + opened.error().message};
}

}  // namespace colibri::app
