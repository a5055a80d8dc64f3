#include "log/log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.hpp"
#include "log/open.hpp"

namespace colibri::log {
namespace {

struct LogTest : testing::Test {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("log-" + newUuid());
  std::string file = folder / "colibri.log";

  void SetUp() override { std::filesystem::create_directory(folder); }
  void TearDown() override {
    ASSERT_TRUE(open({.level = Level::warn}));
    std::filesystem::remove_all(folder);
  }

  std::vector<std::string> lines() {
    flush();
    std::vector<std::string> read;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) read.push_back(line);
    return read;
  }
};

TEST_F(LogTest, WritesToTheFileFromTheGivenLevelOn) {
  ASSERT_TRUE(open({.level = Level::info, .file = file}));
  EXPECT_FALSE(enabled(Level::debug));
  EXPECT_TRUE(enabled(Level::info));
  write(Level::debug, "test", "not this");
  write(Level::info, "test", "this", {{"n", 1}});
  const auto read = lines();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_NE(read[0].find(" info test: this n=1"), std::string::npos) << read[0];
}

TEST_F(LogTest, AppendsToAnExistingFile) {
  std::ofstream(file) << "before\n";
  ASSERT_TRUE(open({.file = file}));
  write(Level::info, "test", "after");
  const auto read = lines();
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0], "before");
}

TEST_F(LogTest, OpenedAgainItWritesToANewFileWhereTheOldOneWasMovedAway) {
  ASSERT_TRUE(open({.level = Level::debug, .file = file}));
  write(Level::info, "test", "before");
  std::filesystem::rename(file, file + ".moved");
  ASSERT_TRUE(reopen());
  write(Level::debug, "test", "after");
  const auto read = lines();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_NE(read[0].find("debug test: after"), std::string::npos) << read[0];
}

TEST_F(LogTest, ANewFileIsNotReadableByStrangers) {
  ASSERT_TRUE(open({.file = file}));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07u, 0u);
}

TEST_F(LogTest, AFileThatCannotBeWrittenIsRefusedWithASentence) {
  const auto result = open({.file = (folder / "missing" / "x.log").string()});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("missing/x.log: No such file"), std::string::npos);
}

TEST_F(LogTest, ARegisteredSecretShowsNowhereInALine) {
  redact("canary-secret-\n\"1");
  ASSERT_TRUE(open({.format = Format::json, .file = file}));
  write(Level::info, "test", "got canary-secret-\n\"1 here",
        {{"value", "x canary-secret-\n\"1"}, {"canary-secret-\n\"1", "v"}});
  const auto read = lines();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].find("canary"), std::string::npos) << read[0];
  EXPECT_NE(read[0].find(R"("message":"got *** here","fields":{"value":"x ***","***":"v"})"),
            std::string::npos)
      << read[0];
}

TEST_F(LogTest, AFloodIsCutAndCounted) {
  ASSERT_TRUE(open({.file = file}));
  for (int i = 0; i < 100; ++i) write(Level::warn, "test", "flood", {{"i", i}});
  const auto read = lines();
  ASSERT_EQ(read.size(), 21u);
  EXPECT_NE(read[20].find("repeated lines were dropped of=flood dropped=80"), std::string::npos)
      << read[20];
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  ASSERT_TRUE(open({.file = file}));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const auto message = "thread " + std::to_string(t);
      for (int i = 0; i < 15; ++i) write(Level::info, "test", message, {{"i", i}});
    });
  }
  for (auto& thread : threads) thread.join();
  const auto read = lines();
  ASSERT_EQ(read.size(), 60u);
  for (const auto& line : read) EXPECT_NE(line.find(" info test: thread "), std::string::npos);
}

TEST(LogLevels, NamesAreReadBack) {
  for (const auto level : {Level::trace, Level::debug, Level::info, Level::warn, Level::error}) {
    const auto read = levelFromName(nameOf(level));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, level);
  }
  EXPECT_FALSE(levelFromName("INFO"));
}

}  // namespace
}  // namespace colibri::log
