#include "app/command_line.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace colibri::app {
namespace {

using enum CommandLine::Action;

Result<CommandLine> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "colibri");
  return parseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLineTest, TakesTheFileInBothForms) {
  for (const auto& line : {parse({"--config", "x.yaml"}), parse({"--config=x.yaml"})}) {
    ASSERT_TRUE(line);
    EXPECT_EQ(line->configFile, "x.yaml");
    EXPECT_EQ(line->action, run);
  }
}

TEST(CommandLineTest, ChecksTheConfigurationWhereverItIsAsked) {
  EXPECT_EQ(parse({"--check-config", "--config=x"})->action, checkConfig);
  EXPECT_EQ(parse({"--config=x", "--print-config"})->action, printConfig);
  EXPECT_EQ(parse({"--config", "x", "--check-config"})->action, checkConfig);
}

TEST(CommandLineTest, VersionAndHelpNeedNoFile) {
  EXPECT_EQ(parse({"--version"})->action, version);
  EXPECT_EQ(parse({"--help"})->action, help);
  EXPECT_EQ(parse({"-h"})->action, help);
}

TEST(CommandLineTest, BeginsAnewOnlyWhenItStarts) {
  EXPECT_TRUE(parse({"--config=x", "--new"})->afresh);
  EXPECT_FALSE(parse({"--config=x"})->afresh);
  EXPECT_EQ(parse({"--config=x", "--check-config", "--new"}).error().message,
            "--new goes with a start");
}

TEST(CommandLineTest, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(parse({"--confg", "x"}).error().message, "unknown argument: --confg");
  EXPECT_EQ(parse({"x.yaml"}).error().message, "unknown argument: x.yaml");
}

TEST(CommandLineTest, AFileIsNeeded) {
  for (const auto& line : {parse({}), parse({"--check-config"}), parse({"--config="})}) {
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().message, "--config FILE is missing");
  }
  EXPECT_FALSE(parse({"--config"}));
}

}  // namespace
}  // namespace colibri::app
