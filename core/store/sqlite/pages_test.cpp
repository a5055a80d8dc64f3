// Pages are what SQLite itself would read: of the file, and of what of the log was committed.
#include "store/sqlite/pages.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/temporary_database.hpp"
#include "store/sqlite/testing/damaged_file.hpp"
#include "store/sqlite/testing/meddle.hpp"

namespace colibri::store::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::bytesOf;
using testing::setBytes;

class PagesOfADatabase : public ::testing::Test {
 protected:
  /// As a process leaves file and log that ends in the middle of its work.
  void SetUp() override {
    const auto path = database_.path();
    Connection connection(path, Connection::Use::write);
    const auto run = [&connection](const std::string& sql) {
      ASSERT_EQ(sqlite3_exec(connection.handle(), sql.c_str(), nullptr, nullptr, nullptr),
                SQLITE_OK)
          << sqlite3_errmsg(connection.handle());
    };
    run("CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    for (int i = 1; i <= 8; ++i)
      run("WITH RECURSIVE ids(n) AS (VALUES(" + std::to_string(10 * i) +
          ") UNION ALL SELECT n + 1 FROM ids LIMIT 10)"
          " INSERT INTO t SELECT n, randomblob(3000) FROM ids");
    run("DELETE FROM t WHERE id < 40");
    file_ = bytesOf(path);
    log_ = bytesOf(path.string() + "-wal");
  }

  /// Page by page, as this class reads them.
  static std::string read(const fs::path& path) {
    const auto pages = Pages::open(path).value();
    std::string all, page;
    for (std::uint32_t number = 1; number <= pages.count() && pages.read(number, page); ++number)
      all += page;
    return all;
  }
  /// What SQLite makes of them.
  static std::string checkpointed(const fs::path& path) {
    testing::meddle(path, "PRAGMA synchronous = OFF; PRAGMA wal_checkpoint(TRUNCATE)");
    return bytesOf(path);
  }
  void set(const fs::path& path, const std::string& log) const {
    setBytes(path, file_);
    setBytes(path.string() + "-wal", log);
  }
  void expectTheSame(const std::string& log) const {
    const auto ours = database_.folder() / "ours.db", theirs = database_.folder() / "theirs.db";
    set(ours, log);
    set(theirs, log);
    const auto pages = read(ours);
    EXPECT_TRUE(pages == checkpointed(theirs));
    EXPECT_EQ(bytesOf(ours.string() + "-wal"), log) << "reading changes nothing";
  }

  const TemporaryDatabase database_;
  std::string file_, log_;
};

TEST_F(PagesOfADatabase, AreTheNewestThatTheLogHolds) {
  ASSERT_GT(log_.size(), 100 * Pages::kSize);
  expectTheSame(log_);
  EXPECT_GT(read(database_.folder() / "ours.db").size(), file_.size());
}

TEST_F(PagesOfADatabase, AreThoseOfTheFileWhereThereIsNoLog) {
  expectTheSame("");
  EXPECT_EQ(read(database_.folder() / "ours.db"), file_);
}

TEST_F(PagesOfADatabase, AreThoseOfTheLastCommitBeforeALogIsCutOff) {
  for (std::size_t size = 0; size < log_.size(); size += 30'011) {
    SCOPED_TRACE("a log of " + std::to_string(size) + " bytes");
    expectTheSame(log_.substr(0, size));
  }
}

TEST_F(PagesOfADatabase, AreThoseOfTheLastCommitBeforeALogIsDamaged) {
  for (std::size_t at = 0; at < log_.size(); at += at < 60 ? 3 : 30'011) {
    SCOPED_TRACE("byte " + std::to_string(at) + " of the log");
    auto log = log_;
    log[at] = static_cast<char>(log[at] ^ 4);
    expectTheSame(log);
  }
}

TEST_F(PagesOfADatabase, WhoseLogIsFollowedByTheRestOfAnOlderOne) {
  auto older = log_;
  for (int i = 16; i < 24; ++i) older[static_cast<std::size_t>(i)] = 'o';  // its salts
  const auto half = 32 + (log_.size() / 2 / (Pages::kSize + 24)) * (Pages::kSize + 24);
  for (auto at = half; at + 24 < log_.size(); at += Pages::kSize + 24)
    older.replace(at + 8, 8, "oooooooo");
  expectTheSame(log_.substr(0, half) + older.substr(half));
}

TEST_F(PagesOfADatabase, AreFreeOnceNothingIsInThem) {
  set(database_.path(), log_);
  const auto pages = Pages::open(database_.path()).value();
  const auto free = pages.free();
  EXPECT_GE(free.size(), 25u);
  std::string page;
  for (const auto number : free) {
    ASSERT_TRUE(pages.read(number, page));
    EXPECT_EQ(page.front(), 0) << number;
  }
}

TEST_F(PagesOfADatabase, WhoseListOfFreePagesIsDamagedAreListedUntilThere) {
  checkpointed(database_.path());
  const auto whole = bytesOf(database_.path());
  const auto trunk = static_cast<std::size_t>(bigEndian(whole, 32, 4));
  const auto free = [&](std::size_t at, const std::string& bytes) {
    auto changed = whole;
    changed.replace(at, bytes.size(), bytes);
    setBytes(database_.path(), changed);
    return Pages::open(database_.path()).value().free().size();
  };
  const auto onTrunk = (trunk - 1) * Pages::kSize;
  EXPECT_GE(free(0, ""), 25u);
  EXPECT_EQ(free(32, "\xff\xff\xff\xff"), 0u) << "there is no such page";
  EXPECT_EQ(free(onTrunk + 4, "\xff\xff\xff\xff"), 1u) << "more than it has room for";
  EXPECT_GE(free(onTrunk, whole.substr(32, 4)), 25u) << "it goes round in a circle";
}

TEST_F(PagesOfADatabase, ThatIsEmptyOrGoneAreNone) {
  setBytes(database_.path(), "");
  fs::remove(database_.path().string() + "-wal");
  const auto pages = Pages::open(database_.path()).value();
  std::string page;
  EXPECT_EQ(pages.count(), 0u);
  EXPECT_FALSE(pages.read(1, page));
  EXPECT_TRUE(pages.free().empty());
  EXPECT_EQ(Pages::open(database_.folder() / "none.db").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace colibri::store::sqlite
