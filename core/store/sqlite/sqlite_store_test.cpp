#include "store/sqlite/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "store/reader/identity_row.hpp"
#include "store/sqlite/poco_reader.hpp"
#include "store/sqlite/schema.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/store_suite.hpp"

namespace colibri::store::sqlite {
namespace {

using testing::HasSubstr;

class SqliteStoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(const crypto::Sealer* sealer = nullptr) {
    return SqliteStore::open(database_.path(), clock_, sealer, {});
  }
  mode_t modeOf(const std::string& suffix) {
    struct stat status {};
    EXPECT_EQ(::stat((database_.path().string() + suffix).c_str(), &status), 0) << suffix;
    return status.st_mode & 0777;
  }
  /// The bytes of every file in the database's folder.
  std::string bytesOnDisk() {
    std::string all;
    for (const auto& file : std::filesystem::directory_iterator(database_.folder())) {
      std::ifstream in(file.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  TemporaryDatabase database_;
  ManualClock clock_;
};

TEST_F(SqliteStoreTest, ItsFilesAreReadableByTheirOwnerOnly) {
  std::ofstream(database_.path()).close();  // made by somebody with wider rights
  ::chmod(database_.path().c_str(), 0644);
  const auto store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE(commit(**store, {anEvent(1, "x")}));
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"})
    EXPECT_EQ(modeOf(suffix), 0600u) << suffix;
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsInUse) {
  auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_THAT(second.error().message, HasSubstr("in use by another process"));
  first->reset();
  EXPECT_TRUE(open());
}

TEST_F(SqliteStoreTest, SaysWhichFileItCannotOpen) {
  const auto store = SqliteStore::open("/nowhere/at/all.db", clock_, nullptr, {});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::unavailable);
  EXPECT_THAT(store.error().message, HasSubstr("/nowhere/at/all.db"));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(database_.path()) << std::string(8192, 'x');
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr(database_.path().string()));
}

TEST_F(SqliteStoreTest, RefusesANewerSchemaInASentence) {
  { ASSERT_TRUE(open()); }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(database_.path().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::conflict);
  EXPECT_THAT(store.error().message, HasSubstr("newer Colibri (schema 99"));
}

TEST_F(SqliteStoreTest, AnOpenOfAnUnchangedDatabaseWritesNothing) {
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  for (const auto* key : {static_cast<const crypto::Sealer*>(nullptr), &sealer}) {
    { ASSERT_TRUE(open(key)); }
    Connection connection(database_.path(), Connection::Use::write);
    PocoReader reader(connection);
    EXPECT_TRUE(migrate(connection, migrations()));
    EXPECT_TRUE(identityOf(reader, key));
    EXPECT_EQ(sqlite3_total_changes(connection.handle()), 0);
  }
}

TEST_F(SqliteStoreTest, SecretValuesAreSealedOnDisk) {
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  const auto store = open(&sealer);
  ASSERT_TRUE(commit(**store, {KvPut{"p", 1, "a", "in-the-open", false}}));
  ASSERT_TRUE(commit(**store, {KvPut{"p", 1, "b", "well-hidden", true}}));
  ASSERT_TRUE(commit(**store, {PutAttempt{{"p/events", 1, 1, "what-it-answered"}}}));
  const auto bytes = bytesOnDisk();
  EXPECT_NE(bytes.find("in-the-open"), bytes.npos) << "this test looks in the right place";
  EXPECT_EQ(bytes.find("well-hidden"), bytes.npos);
  EXPECT_EQ(bytes.find("what-it-answered"), bytes.npos);
}

TEST_F(SqliteStoreTest, AnIdempotencyRecordOfAnOlderVersionStaysReadableForItsLastDay) {
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  const IdempotencyRow row{1, "key", "hash", "3EB0", 201, "{}", clock_.nowUs()};
  { ASSERT_TRUE(commit(**open(), {PutIdempotency{row}})); }
  const auto store = open(&sealer);
  const auto got = (*store)->read(ask::Idempotency{1, "key"});
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->requestHash, "hash");
  EXPECT_EQ((*got)->answer, "{}");
}

TEST_F(SqliteStoreTest, ASealedValueOpensOnlyInItsOwnPlace) {
  const crypto::Sealer sealer(std::string(crypto::Sealer::kKeySize, 'k'));
  {
    const auto store = open(&sealer);
    ASSERT_TRUE(commit(**store, {KvPut{"p", 1, "mine", "secret", true}}));
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(database_.path().c_str(), &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "UPDATE kv SET instance = 2", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(db);
  const auto store = open(&sealer);
  const std::vector<std::string> keys = {"mine"};
  EXPECT_EQ((*store)->read(ask::Entries{"p", 2, keys}).error().code, Errc::rejected);
}

TEST_F(SqliteStoreTest, WhatWasPurgedIsNowhereOnDisk) {
  const auto store = open();
  const std::string body = "the-purged-words " + std::string(3000, 'x');
  ASSERT_TRUE(
      commit(**store, {anEvent(1, body), KvPut{"p", 1, "k", body}, anEvent(2, "the-kept-words")}));
  ASSERT_NE(bytesOnDisk().find("the-purged-words"), std::string::npos);
  ASSERT_TRUE(commit(**store, {PurgeInstance{1}}));
  const auto bytes = bytesOnDisk();
  EXPECT_EQ(bytes.find("the-purged-words"), bytes.npos);
  EXPECT_NE(bytes.find("the-kept-words"), bytes.npos);
}

}  // namespace
}  // namespace colibri::store::sqlite
