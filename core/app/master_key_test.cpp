#include "app/master_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/ids.hpp"

namespace colibri::app {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class MasterKey : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& text, fs::perms mode = fs::perms::owner_read) {
    std::ofstream(file_) << text;
    fs::permissions(file_, mode);
  }
  void expectRefused(Errc code, const std::string& why) {
    const auto key = loadOrMakeMasterKey(file_);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, code);
    EXPECT_THAT(key.error().message, HasSubstr(why));
    EXPECT_THAT(key.error().message, HasSubstr(file_.string()));
  }

  const fs::path folder_ = fs::temp_directory_path() / ("master-key-" + newUuid());
  const fs::path file_ = folder_ / "master.key";
};

TEST_F(MasterKey, IsMadeOnceForItsOwnerOnly) {
  const auto made = loadOrMakeMasterKey(file_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->size(), 32U);
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(loadOrMakeMasterKey(file_).value(), *made);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "something was left behind";
}

TEST_F(MasterKey, TwoAreNotTheSame) {
  EXPECT_NE(loadOrMakeMasterKey(file_).value(), loadOrMakeMasterKey(folder_ / "other.key").value());
}

TEST_F(MasterKey, IsReadAsHexadecimalDigits) {
  write(std::string(64, 'a') + "\n");
  EXPECT_EQ(loadOrMakeMasterKey(file_).value(), std::string(32, '\xaa'));
}

TEST_F(MasterKey, AFileOfAnotherKindIsRefusedAndLeftAsItIs) {
  for (const std::string text : {"a1b2", "not a key at all", "zz"}) {
    write(text, fs::perms::owner_read | fs::perms::owner_write);
    expectRefused(Errc::invalidArgument, "must hold 64 hexadecimal digits");
    std::ifstream in(file_);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  }
  write(std::string(66, 'a'), fs::perms::owner_read | fs::perms::owner_write);
  expectRefused(Errc::invalidArgument, "must hold 64 hexadecimal digits");
  write(std::string(63, 'a') + "g", fs::perms::owner_read | fs::perms::owner_write);
  expectRefused(Errc::invalidArgument, "must hold 64 hexadecimal digits");
}

TEST_F(MasterKey, AnEmptyFileIsNoReasonForAnotherKey) {
  write("");
  expectRefused(Errc::invalidArgument, "is empty");
}

TEST_F(MasterKey, AFileThatOthersMayReadIsRefused) {
  for (const auto others : {fs::perms::group_read, fs::perms::others_read}) {
    write(std::string(64, 'a'), fs::perms::owner_read | fs::perms::owner_write | others);
    expectRefused(Errc::forbidden, "chmod 600");
  }
}

TEST_F(MasterKey, AFolderThatIsNotThereIsASentence) {
  const auto key = loadOrMakeMasterKey(folder_ / "no" / "master.key");
  ASSERT_FALSE(key);
  EXPECT_THAT(key.error().message, HasSubstr("cannot be created"));
}

}  // namespace
}  // namespace colibri::app
