#include "store/sqlite/schema.hpp"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/temporary_database.hpp"

namespace colibri::store::sqlite {
namespace {

using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

constexpr std::array<std::string_view, 1> kFirst = {"CREATE TABLE a(x INTEGER)"};
constexpr std::array<std::string_view, 2> kSecond = {"CREATE TABLE b(x INTEGER)",
                                                     "INSERT INTO b VALUES(7)"};
constexpr std::array<std::string_view, 2> kBroken = {"CREATE TABLE c(x INTEGER)",
                                                     "NO SUCH STATEMENT"};

class SchemaTest : public testing::Test {
 protected:
  int number(const std::string& sql) {
    int value = -1;
    connection_.session() << sql, into(value), now;
    return value;
  }

  TemporaryDatabase database_;
  Connection connection_{database_.path(), Connection::Use::write};
};

TEST_F(SchemaTest, AppliesOnlyWhatIsMissing) {
  ASSERT_TRUE(migrate(connection_, std::array{Migration{kFirst}}));
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  const std::array both = {Migration{kFirst}, Migration{kSecond}};
  ASSERT_TRUE(migrate(connection_, both));
  ASSERT_TRUE(migrate(connection_, both)) << "nothing is missing the second time";
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
}

TEST_F(SchemaTest, AFailingMigrationLeavesTheVersionBeforeIt) {
  const auto result = migrate(connection_, std::array{Migration{kFirst}, Migration{kBroken}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::internal);
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'c'"), 0);
  EXPECT_TRUE(migrate(connection_, std::array{Migration{kFirst}, Migration{kSecond}}));
}

TEST_F(SchemaTest, RefusesANewerDatabase) {
  ASSERT_TRUE(migrate(connection_, std::array{Migration{kFirst}, Migration{kSecond}}));
  const auto result = migrate(connection_, std::array{Migration{kFirst}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::conflict);
}

TEST_F(SchemaTest, RefusesTheDatabaseOfAnotherProgram) {
  connection_.session() << "CREATE TABLE theirs(x INTEGER)", now;
  EXPECT_EQ(migrate(connection_, migrations()).error().code, Errc::conflict);
}

}  // namespace
}  // namespace colibri::store::sqlite
