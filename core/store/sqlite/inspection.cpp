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
#include "store/sqlite/schema.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/table_walk.hpp"

namespace colibri::store::sqlite {
namespace {

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Sound = std::function<void(const Table&, sqlite3_stmt*)>;

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

/// One reading of a whole database.
class Reading {
 public:
  Reading(sqlite3* db, const crypto::Sealer* sealer, Inspection& found) : db_(db), found_(found) {
    by_.sealer = sealer;
  }

  Result<void> begin() {
    std::string fault;
    const auto version = ask(db_, "PRAGMA user_version", fault);
    if (version.empty()) return Error{Errc::rejected, "nothing can be read of it: " + fault};
    if (version.front().front() != std::to_string(migrations().size())) {
      return Error{Errc::rejected, "it is of another version of Colibri (schema " +
                                       version.front().front() + ", this one has " +
                                       std::to_string(migrations().size()) + ")"};
    }
    const auto unsummed = ask(db_, "SELECT unsummed FROM identity", fault);
    by_.unsummed = unsummed.empty() || unsummed.front().front() != "0";
    return {};
  }

  void tables(const Sound& sound) {
    for (const auto& table : sqlite::tables()) {
      walk(
          db_, table, by_,
          [&](const WalkedRow& row) {
            const std::string name(table.name);
            if (!row.fault.empty()) return damaged(name + " " + row.name + ": " + row.fault);
            if (table.name == "instances") learn(row.row);
            ++found_.sound[name];
            sound(table, row.row);
          },
          [&](const std::string& what) { damaged(what); });
      found_.sound.try_emplace(std::string(table.name), 0);
    }
  }

  void pages() {
    std::string fault;
    for (const auto& row : ask(db_, "PRAGMA integrity_check(1000)", fault))
      if (row.front() != "ok") damaged("pages: " + row.front());
    if (!fault.empty()) damaged("pages: " + fault);
  }

  void gaps() {
    std::string fault;
    const auto rows = ask(db_,
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
  void learn(sqlite3_stmt* row) {
    by_.ids[static_cast<InstanceKey>(sqlite3_column_int64(row, 0))] =
        reinterpret_cast<const char*>(sqlite3_column_text(row, 1));
  }

  sqlite3* db_;
  Inspection& found_;
  Checker by_;
  std::set<std::string> said_;
};

/// Writes rows as they are into a new database.
class Copy {
 public:
  explicit Copy(Connection& to)
      : to_(to), begin_(to.handle(), "BEGIN"), commit_(to.handle(), "COMMIT") {
    begin_.run();
  }
  void add(const Table& table, sqlite3_stmt* row) {
    if (table.name != of_) {
      of_ = table.name;
      std::string places;
      for (const char c : table.columns)
        if (c == ',') places += "?,";
      // A row that comes twice is one row.
      insert_ = std::make_unique<Statement>(
          to_.handle(), "INSERT OR IGNORE INTO " + std::string(table.name) + "(" +
                            std::string(table.columns) + ") VALUES(" + places + "?)");
    }
    insert_->copyFrom(row);
    if (++rows_ % 10'000 != 0) return;
    commit_.run();
    begin_.run();
  }
  void finish() {
    insert_.reset();
    commit_.run();
  }

 private:
  Connection& to_;
  Statement begin_, commit_;
  std::string_view of_;
  std::unique_ptr<Statement> insert_;
  std::uint64_t rows_ = 0;
};

Result<Inspection> read(const std::filesystem::path& database, const crypto::Sealer* sealer,
                        const Sound& sound) {
  auto claimed = DatabaseFile::claim(database);
  if (!claimed) return claimed.error();
  auto db = openReadOnly(database);
  if (!db) return db.error();
  Inspection found;
  Reading reading(db->get(), sealer, found);
  if (auto begun = reading.begin(); !begun) return begun.error();
  reading.tables(sound);
  reading.pages();
  reading.gaps();
  return found;
}

}  // namespace

Result<Inspection> inspect(const std::filesystem::path& database,
                           const crypto::Sealer* sealer) try {
  return read(database, sealer, [](const auto&, auto*) {});
} catch (const Poco::Exception& failure) {
  return toError(failure);
}

Result<Inspection> salvage(const std::filesystem::path& database, const std::filesystem::path& to,
                           const crypto::Sealer* sealer) try {
  if (std::filesystem::exists(to))
    return Error{Errc::conflict, to.string() + " is there already; name a new file"};
  auto file = DatabaseFile::claim(to);
  if (!file) return file.error();
  if (auto made = file->makePrivate(); !made) return made.error();
  Connection target(to, Connection::Use::write);
  if (auto migrated = migrate(target, migrations()); !migrated) return migrated.error();
  Copy copy(target);
  auto found =
      read(database, sealer, [&](const Table& table, sqlite3_stmt* row) { copy.add(table, row); });
  copy.finish();
  return found;
} catch (const Poco::Exception& failure) {
  return toError(failure);
}

}  // namespace colibri::store::sqlite
