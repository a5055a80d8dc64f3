#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <vector>

#include "store/postgres/schema.hpp"
#include "store/sqlite/inspection.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"

namespace colibri::store {
namespace {

std::vector<std::string> linesOf(const std::string& file) {
  std::ifstream in(std::string(RELEASED) + "/" + file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  EXPECT_FALSE(lines.empty()) << file;
  return lines;
}

/// Blanks only where words would run together.
std::string terse(std::string_view sql) {
  std::string out;
  for (const char c : sql) {
    const bool blank = c == ' ' || c == '\n';
    if (blank && (out.empty() || std::string_view(" (,").find(out.back()) != std::string::npos))
      continue;
    if (!blank && std::string_view("(),").find(c) != std::string::npos && out.ends_with(' '))
      out.pop_back();
    out += blank ? ' ' : c;
  }
  return out;
}

using Versions = std::vector<std::vector<std::string>>;

Versions released(const std::string& file) {
  Versions versions;
  for (const auto& line : linesOf(file)) {
    if (line.starts_with("--"))
      versions.emplace_back();
    else
      versions.back().push_back(terse(line));
  }
  for (auto& statements : versions) std::ranges::sort(statements);
  return versions;
}

/// The versions that were released.
Versions derived(std::span<const Migration> migrations, std::size_t count) {
  Versions versions;
  for (const auto& step : migrations.first(std::min(count, migrations.size()))) {
    auto& statements = versions.emplace_back();
    for (const auto statement : step.statements) statements.push_back(terse(statement));
    std::ranges::sort(statements);
  }
  return versions;
}

TEST(Tables, MakeTheSchemasThatWereReleased) {
  const auto sqlite = released("sqlite.sql"), postgres = released("postgres.sql");
  EXPECT_EQ(derived(sqlite::migrations(), sqlite.size()), sqlite);
  EXPECT_EQ(derived(postgres::migrations(), postgres.size()), postgres);
}

TEST(Tables, BringTheSameVersionsToBothEngines) {
  EXPECT_EQ(sqlite::migrations().size(), postgres::migrations().size());
}

/// A database that version 5 of the schema was written into, before tables were described.
class ReleasedDatabase : public ::testing::Test {
 protected:
  ReleasedDatabase() {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open(database_.path().c_str(), &db), SQLITE_OK);
    const auto run = [db](const std::string& sql) {
      EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
          << sqlite3_errmsg(db) << " in " << sql;
    };
    for (const auto& line : linesOf("sqlite.sql")) run(line);
    for (const auto& line : linesOf("sqlite_rows.sql")) run(line);
    run("PRAGMA application_id = 1131375721");
    run("PRAGMA user_version = 5");
    sqlite3_close(db);
  }

  const sqlite::TemporaryDatabase database_;
  const ManualClock clock_;
  const crypto::Sealer sealer_{std::string(crypto::Sealer::kKeySize, 'k')};
};

TEST_F(ReleasedDatabase, IsReadAsItWasWritten) {
  const auto opened = sqlite::SqliteStore::open(database_.path(), clock_, &sealer_, {});
  ASSERT_TRUE(opened) << opened.error().message;
  auto& store = **opened;
  const auto instances = store.read(ask::Instances{}).value();
  ASSERT_EQ(instances.size(), 1u);
  EXPECT_EQ(instances[0].number, std::string("49\0 17", 6));
  EXPECT_EQ(instances[0].disconnectionCode, -401);
  EXPECT_EQ(store.read(ask::Settings{7})->size(), 1u);
  const auto cursors = store.read(ask::Cursors{}).value();
  ASSERT_EQ(cursors.size(), 1u);
  EXPECT_THAT(cursors[0].doneAbove, ::testing::ElementsAre(3, 4, std::uint64_t{1} << 40));
  EXPECT_EQ(store.read(ask::LastSequence{7}).value(), 2u);
  const auto events = store.read(ask::Events{7, 1, 10, 1'000'000}).value();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].chatId, std::string("chat\0x", 6));
  const auto letters = store.read(ask::DeadLetters{{.instance = 7}, 0, 10}).value();
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_EQ(letters[0].reason, "500");
  EXPECT_EQ(letters[0].event->ownerJid, "owner@s.whatsapp.net");
  EXPECT_FALSE(letters[1].event);
  EXPECT_EQ(letters[1].replayAtUs, 77);
  EXPECT_EQ(store.read(ask::Attempts{"webhook/all", 7, 10}).value().at(0).entry, "attempt");
  EXPECT_EQ(store.read(ask::Idempotency{7, "key"}).value()->answer, "answer");
  EXPECT_EQ(
      store.read(ask::Entries{"baileys", 7, std::vector<std::string>{"session"}}).value()[0].value,
      "ratchet");
  EXPECT_EQ(store.damagedRows(), 0u);
}

TEST_F(ReleasedDatabase, IsSoundToACheck) {
  const auto found = sqlite::inspect(database_.path(), &sealer_).value();
  EXPECT_THAT(found.damage, ::testing::IsEmpty());
  std::map<std::string, std::uint64_t> rows;
  for (const auto& line : linesOf("sqlite_rows.sql")) ++rows[line.substr(12, line.find('(') - 12)];
  EXPECT_EQ(found.sound, rows) << "a check walks every table that there is";
}

}  // namespace
}  // namespace colibri::store
