#include "base/whole_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/ids.hpp"

namespace colibri {
namespace {

namespace fs = std::filesystem;

class WholeFile : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string text() const {
    std::ifstream in(file_);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const fs::path folder_ = fs::temp_directory_path() / ("whole-file-" + newUuid());
  const fs::path file_ = folder_ / "file";
};

TEST_F(WholeFile, IsReplacedWithNothingLeftBeside) {
  ASSERT_TRUE(putWholeFile(file_, std::string(100'000, 'a'), IfThere::replace));
  ASSERT_TRUE(putWholeFile(file_, "b", IfThere::replace));
  EXPECT_EQ(text(), "b");
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(WholeFile, OneThatIsThereStaysIfAsked) {
  ASSERT_TRUE(putWholeFile(file_, "first", IfThere::refuse));
  const auto again = putWholeFile(file_, "second", IfThere::refuse);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
  EXPECT_EQ(text(), "first");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(WholeFile, AFolderThatIsNotThereIsASentence) {
  const auto put = putWholeFile(folder_ / "no" / "file", "x", IfThere::replace);
  ASSERT_FALSE(put);
  EXPECT_NE(put.error().message.find("no/file cannot be created"), std::string::npos);
}

}  // namespace
}  // namespace colibri
