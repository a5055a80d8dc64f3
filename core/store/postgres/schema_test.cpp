#include "store/postgres/schema.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "store/postgres/session.hpp"
#include "store/postgres/testing/server.hpp"

namespace colibri::store::postgres {
namespace {

constexpr std::array<std::string_view, 1> kFirst = {"CREATE TABLE a(x bigint)"};
constexpr std::array<std::string_view, 2> kSecond = {"CREATE TABLE b(x bigint)",
                                                     "INSERT INTO b VALUES(7)"};
constexpr std::array<std::string_view, 2> kBroken = {"CREATE TABLE c(x bigint)",
                                                     "NO SUCH STATEMENT"};

class SchemaTest : public testing::Test {
 protected:
  SchemaTest() {
    connection_.runOnce("CREATE SCHEMA " + connection_.quoted(schema_));
    connection_.runOnce("SET search_path TO " + connection_.quoted(schema_));
  }
  int number(const std::string& sql) {
    int value = -1;
    connection_.runOnce(sql).read(0, value);
    return value;
  }
  int version() { return number("SELECT version FROM colibri_schema"); }

  const std::string schema_ = Server::newSchema();
  Connection connection_{Target::parse(Server::shared().uri("")).value(), Connection::Use::write};
};

TEST_F(SchemaTest, AppliesOnlyWhatIsMissing) {
  ASSERT_TRUE(migrate(connection_, std::array{Migration{kFirst}}));
  EXPECT_EQ(version(), 1);
  const std::array both = {Migration{kFirst}, Migration{kSecond}};
  ASSERT_TRUE(migrate(connection_, both));
  ASSERT_TRUE(migrate(connection_, both)) << "nothing is missing the second time";
  EXPECT_EQ(version(), 2);
  EXPECT_EQ(number("SELECT COUNT(*) FROM b"), 1);
}

TEST_F(SchemaTest, AFailingMigrationLeavesTheVersionBeforeIt) {
  const auto result = migrate(connection_, std::array{Migration{kFirst}, Migration{kBroken}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::internal);
  EXPECT_EQ(version(), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()"
                   " AND tablename = 'c'"),
            0);
  EXPECT_TRUE(migrate(connection_, std::array{Migration{kFirst}, Migration{kSecond}}));
}

TEST_F(SchemaTest, RefusesANewerDatabase) {
  ASSERT_TRUE(migrate(connection_, std::array{Migration{kFirst}, Migration{kSecond}}));
  const auto result = migrate(connection_, std::array{Migration{kFirst}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::conflict);
}

TEST_F(SchemaTest, RefusesTablesOfAnotherProgram) {
  connection_.runOnce("CREATE TABLE settings(theirs bigint)");
  EXPECT_EQ(migrate(connection_, migrations()).error().code, Errc::conflict);
}

TEST_F(SchemaTest, LivesBesideTablesThatHaveOtherNames) {
  connection_.runOnce("CREATE TABLE \"Instance\"(theirs bigint)");
  EXPECT_TRUE(migrate(connection_, migrations()));
}

}  // namespace
}  // namespace colibri::store::postgres
