#include "app/database.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/ids.hpp"

namespace colibri::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class DatabaseTest : public testing::Test {
 protected:
  ~DatabaseTest() override {
    std::filesystem::remove(file_);
    std::filesystem::remove_all(data_);
  }
  config::Loader loader(const std::string& database, config::Environment environment = {}) {
    std::ofstream(file_) << "authentication: { api_key: a-key-of-our-own-choice }\n"
                         << "data_dir: " << data_ << "\n"
                         << "database: " << database << "\n";
    std::filesystem::permissions(file_, std::filesystem::perms(0600));
    return config::Loader::open(file_, std::move(environment)).value();
  }

  const std::string file_ =
      (std::filesystem::temp_directory_path() / ("database-" + newUuid() + ".yaml")).string();
  const std::string data_ = file_ + ".data";
  const SystemClock clock_{};
};

TEST_F(DatabaseTest, AUriIsCheckedWithoutConnecting) {
  EXPECT_TRUE(checkDatabase(loader(
      "{ provider: postgresql, connection_uri: 'postgres://u:p@nowhere.invalid/d?schema=x' }")));
}

TEST_F(DatabaseTest, ABadUriIsNamedByKeyAndPlaceAndNeverShown) {
  const auto inFile = checkDatabase(
      loader("{ provider: postgresql, connection_uri: 'postgres://u:hidden%zz@h/d' }"));
  ASSERT_FALSE(inFile);
  EXPECT_THAT(inFile.error().message,
              AllOf(StartsWith(file_ + ":3: database.connection_uri: cannot be read"),
                    Not(HasSubstr("hidden"))));
  const auto inVariable = checkDatabase(
      loader("{ provider: postgresql }", {{"DATABASE_CONNECTION_URI", "mysql://u:hidden@h/d"}}));
  ASSERT_FALSE(inVariable);
  EXPECT_THAT(inVariable.error().message,
              AllOf(StartsWith("DATABASE_CONNECTION_URI: database.connection_uri: is not the URI"),
                    Not(HasSubstr("hidden"))));
}

TEST_F(DatabaseTest, AServerThatIsNotThereIsNamedWithoutThePassword) {
  const auto opened = openDatabase(
      loader("{ provider: postgresql, connection_uri: 'postgres://u:hidden@%2Fnowhere/d' }"),
      clock_, nullptr);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message,
              AllOf(StartsWith("database.connection_uri: the database does not answer: "),
                    HasSubstr("/nowhere"), Not(HasSubstr("hidden"))));
}

TEST_F(DatabaseTest, SqliteIsWhatOneGetsWithoutAsking) {
  EXPECT_TRUE(checkDatabase(loader("{}")));
  std::filesystem::create_directory(data_);
  const auto opened = openDatabase(loader("{}"), clock_, nullptr);
  EXPECT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(std::filesystem::exists(data_ + "/colibri.db"));
}

}  // namespace
}  // namespace colibri::app
