#include "store/sqlite/inspection.hpp"

#include <Poco/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <set>

#include "store/sound_rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/database_file.hpp"
#include "store/sqlite/errors.hpp"
#include "store/sqlite/pages.hpp"
#include "store/sqlite/row_copy.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/schema_damage.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/stray_rows.hpp"
#include "store/sqlite/table_walk.hpp"

namespace colibri::store::sqlite {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
/// False: that row was there already.
using Sound = std::function<bool(const Table&, sqlite3_stmt*)>;

/// Nothing is written through it, and closing it leaves the write-ahead log as it is.
Result<Database> openReadOnly(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  Database db(raw, &sqlite3_close);
  if (code == SQLITE_OK) return db;
  return Error{Errc::unavailable, file.string() + " cannot be opened: " + sqlite3_errmsg(raw)};
}

std::vector<std::vector<std::string>> ask(sqlite3* db, const std::string& sql, std::string& fault) {
  std::vector<std::vector<std::string>> rows;
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(db, sql.c_str(), -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(raw, &sqlite3_finalize);
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(raw);
    if (code != SQLITE_ROW) break;
    auto& row = rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, i));
      row.emplace_back(text != nullptr ? text : "");
    }
  }
  fault = code == SQLITE_DONE ? "" : sqlite3_errmsg(db);
  return rows;
}

/// One reading of a whole database. What is sound goes to `sound`.
class Reading {
 public:
  Reading(Database db, const crypto::Sealer* sealer, Sound sound)
      : db_(std::move(db)), sound_(std::move(sound)) {
    by_.sealer = sealer;
  }
  const Inspection& found() const { return found_; }

  Result<void> begin() {
    std::string fault;
    const auto version = ask(db_.get(), "PRAGMA user_version", fault);
    if (version.empty()) return Error{Errc::rejected, "nothing can be read of it: " + fault};
    if (version.front().front() != std::to_string(migrations().size())) {
      return Error{Errc::rejected, "it is of another version of Colibri (schema " +
                                       version.front().front() + ", this one has " +
                                       std::to_string(migrations().size()) + ")"};
    }
    const auto mark = ask(db_.get(), "PRAGMA application_id", fault);
    if (mark.empty() || mark.front().front() != std::to_string(kApplicationId))
      damaged("header: it is not marked as a database of Colibri's, so the gateway refuses it");
    for (const auto& what : schemaDamage(db_.get())) {
      trees_ = false;
      damaged(what);
    }
    const auto unsummed = ask(db_.get(), "SELECT unsummed FROM identity", fault);
    by_.unsummed = unsummed.empty() || unsummed.front().front() != "0";
    return {};
  }

  void tables() {
    for (const auto& table : sqlite::tables()) {
      found_.sound.try_emplace(std::string(table.name), 0);
      walk(
          db_.get(), table, by_,
          [&](const WalkedRow& row) {
            if (row.fault.empty()) return take(table, row.row);
            damagedIn_.insert(table.name);
            damaged(std::string(table.name) + " " + row.name + ": " + row.fault);
          },
          [&](const std::string& what) {
            trees_ = false;
            damaged(what);
          });
    }
  }

  void pages() {
    const auto before = found_.damage.size();
    std::string fault;
    for (const auto& row : ask(db_.get(), "PRAGMA integrity_check(1000)", fault))
      if (row.front() != "ok") damaged("pages: " + row.front());
    if (!fault.empty()) damaged("pages: " + fault);
    if (found_.damage.size() != before) trees_ = false;
  }

  /// Rows that are sound with what an index says of them.
  void byIndexes() {
    for (const auto& table : sqlite::tables()) {
      if (table.index.empty() || !damagedIn_.contains(table.name)) continue;
      walkByIndex(db_.get(), table, by_, [&](const WalkedRow& row) {
        if (row.fault.empty()) take(table, row.row);
      });
    }
  }

  /// Rows to which damaged trees do not lead. Those to which they do have to be taken before: what
  /// comes twice is as it came first. The database is closed.
  Result<void> strays(const std::filesystem::path& database, sqlite3* like) {
    if (trees_) return {};
    db_.reset();
    const auto pages = Pages::open(database);
    if (!pages) return pages.error();
    StrayRows(like).read(*pages, by_, [this](const auto& table, auto* row) { take(table, row); });
    return {};
  }

  void gaps() { gaps(db_.get()); }
  /// Those of `db`.
  void gaps(sqlite3* db) {
    std::string fault;
    const auto rows = ask(db,
                          "SELECT instance, before, sequence FROM (SELECT instance, sequence,"
                          " LAG(sequence) OVER (PARTITION BY instance ORDER BY sequence) AS before"
                          " FROM events) WHERE sequence <> before + 1",
                          fault);
    for (const auto& row : rows)
      damaged("events " + row[0] + ": those between " + row[1] + " and " + row[2] + " are missing");
    if (!fault.empty()) damaged("events: " + fault);
  }

 private:
  void damaged(const std::string& what) {
    if (said_.insert(what).second) found_.damage.push_back(what);
  }
  void take(const Table& table, sqlite3_stmt* row) {
    if (table.name == "instances") learn(row);
    if (sound_(table, row)) ++found_.sound[std::string(table.name)];
  }
  void learn(sqlite3_stmt* row) {
    const auto* id = reinterpret_cast<const char*>(sqlite3_column_text(row, 1));
    by_.ids[static_cast<InstanceKey>(sqlite3_column_int64(row, 0))] = id != nullptr ? id : "";
  }

  Database db_;
  const Sound sound_;
  Inspection found_;
  Checker by_;
  std::set<std::string> said_;
  std::set<std::string_view> damagedIn_;  // tables
  bool trees_ = true;  // nothing is known to be wrong with them, or with what SQLite takes them for
};

/// Trees first.
Result<Reading> begin(const std::filesystem::path& database, const crypto::Sealer* sealer,
                      Sound sound) {
  auto db = openReadOnly(database);
  if (!db) return db.error();
  Reading reading(*std::move(db), sealer, std::move(sound));
  if (auto begun = reading.begin(); !begun) return begun.error();
  reading.tables();
  reading.pages();
  return reading;
}

}  // namespace

Result<Inspection> inspect(const std::filesystem::path& database,
                           const crypto::Sealer* sealer) try {
  const auto claimed = DatabaseFile::claim(database);
  if (!claimed) return claimed.error();
  auto reading = begin(database, sealer, [](const auto&, auto*) { return true; });
  if (!reading) return reading.error();
  reading->gaps();
  return reading->found();
} catch (const Poco::Exception& failure) {
  return toError(failure);
}

Result<Inspection> salvage(const std::filesystem::path& database, const std::filesystem::path& to,
                           const crypto::Sealer* sealer) try {
  if (std::filesystem::exists(to))
    return Error{Errc::conflict, to.string() + " is there already; name a new file"};
  const auto claimed = DatabaseFile::claim(database);
  if (!claimed) return claimed.error();
  auto file = DatabaseFile::claim(to);
  if (!file) return file.error();
  if (auto made = file->makePrivate(); !made) return made.error();
  Connection target(to, Connection::Use::write);
  if (auto migrated = migrate(target, migrations()); !migrated) return migrated.error();
  RowCopy copy(target);
  auto reading =
      begin(database, sealer, [&](const Table& table, auto* row) { return copy.add(table, row); });
  if (!reading) return reading.error();
  reading->byIndexes();
  if (auto read = reading->strays(database, target.handle()); !read) return read.error();
  copy.finish();
  reading->gaps(target.handle());
  return reading->found();
} catch (const Poco::Exception& failure) {
  return toError(failure);
}

}  // namespace colibri::store::sqlite
