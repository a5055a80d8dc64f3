#include "store/postgres/schema.hpp"

#include <string>

#include "store/postgres/connection.hpp"
#include "store/sql/derived.hpp"

namespace colibri::store::postgres {
namespace {

constexpr Extra kExtras[] = {
    // How many groups each process has committed: what a COMMIT without an answer came to.
    {1,
     "CREATE TABLE writers(id text PRIMARY KEY, commits bigint NOT NULL, opened_at timestamptz NOT"
     " NULL DEFAULT now())"},
    {1, "ALTER TABLE writers SET (fillfactor = 10)"},  // its rows are updated in place
    // Which database this is (identity.hpp), and whether it has rows without a checksum.
    {4,
     "CREATE TABLE identity(one bigint PRIMARY KEY CHECK(one = 1), id text NOT NULL,"
     " key_check bytea NOT NULL)"},
    {5, "ALTER TABLE identity ADD COLUMN unsummed boolean NOT NULL DEFAULT true"},
};

std::uint64_t number(Connection& connection, const std::string& sql) {
  std::uint64_t value = 0;
  if (const auto rows = connection.runOnce(sql); rows.size() != 0) rows.read(0, value);
  return value;
}

/// A table of another program may have one of our names.
Result<void> claim(Connection& connection) {
  std::string names = "'writers','identity'";
  for (const auto& table : facts()) names.append(",'").append(table.name).append("'");
  const auto taken = number(connection,
                            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
                            " AND tablename IN (" +
                                names + ")");
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
  static const Migrations all(Dialect::postgres, kExtras);
  return all.all();
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
