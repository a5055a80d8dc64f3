#include "store/sqlite/schema.hpp"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <string>

#include "store/sql/derived.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/errors.hpp"

namespace colibri::store::sqlite {
namespace {

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

// Which database this is (identity.hpp), and whether it has rows without a checksum.
constexpr Extra kExtras[] = {
    {4,
     "CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), id TEXT NOT NULL,"
     " key_check BLOB NOT NULL)"},
    {5, "ALTER TABLE identity ADD COLUMN unsummed INTEGER NOT NULL DEFAULT 1"},
};

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
  static const Migrations all(Dialect::sqlite, kExtras);
  return all.all();
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
