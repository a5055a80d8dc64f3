#include "command.hpp"

#include <gmock/gmock.h>

#include <set>

namespace colibri::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Result<Words> read(std::vector<std::string> typed) {
  const auto* command = commandOf(typed);
  if (command == nullptr) return Error{Errc::notFound, "no such command"};
  return readWords(*command, typed);
}

std::string faultOf(std::vector<std::string> typed) {
  const auto words = read(std::move(typed));
  return words ? "none" : words.error().message;
}

TEST(Commands, EachHasItsPageWithAllItsOptions) {
  for (const auto& command : commands()) {
    const auto page = helpOf(command);
    SCOPED_TRACE(command.name);
    EXPECT_THAT(page, HasSubstr("usage: colibrictl " + std::string(command.name)));
    EXPECT_THAT(page, HasSubstr(std::string(command.summary)));
    std::set<std::string> names{"help"};
    for (const auto& option : command.options) {
      EXPECT_TRUE(names.insert(option.name).second) << option.name << " is there twice";
      EXPECT_THAT(page, HasSubstr("--" + std::string(option.name)));
    }
  }
}

TEST(Commands, AreListedByTheirGroupOrAllTogether) {
  const auto all = helpOf("");
  for (const auto& command : commands()) EXPECT_THAT(all, HasSubstr(std::string(command.name)));
  const auto some = helpOf("instance");
  EXPECT_THAT(some, HasSubstr("instance watch"));
  EXPECT_THAT(some, Not(HasSubstr("deliveries")));
  EXPECT_EQ(helpOf("nonsense"), "");
}

TEST(Commands, NoneBeginsWithAnother) {
  for (const auto& one : commands()) {
    for (const auto& other : commands()) {
      const auto name = std::string(one.name) + " ", longer = std::string(other.name) + " ";
      EXPECT_TRUE(&one == &other || !longer.starts_with(name)) << name << longer;
    }
  }
}

TEST(Commands, AreReadWithTheirWords) {
  const auto words = read({"send", "--json", "first", "15550000002", "--", "--hello"});
  ASSERT_TRUE(words);
  EXPECT_THAT(words->arguments, ElementsAre("first", "15550000002", "--hello"));
  EXPECT_TRUE(words->has("json"));
  EXPECT_FALSE(words->has("url"));
  EXPECT_EQ(read({"events", "--since=7"})->value("since"), "7");
  EXPECT_EQ(read({"events", "--url", "http://a:1/b=c"})->value("url"), "http://a:1/b=c");
  EXPECT_THAT(read({"send", "1555", "-"})->arguments, ElementsAre("1555", "-"));
}

TEST(Commands, HelpIsAnsweredWhateverElseIsMissing) {
  EXPECT_TRUE(read({"instance", "connect", "--help"})->has("help"));
  EXPECT_TRUE(read({"salvage", "--help"})->has("help"));
}

TEST(Commands, WordsThatMakeNoSenseAreNamed) {
  EXPECT_EQ(faultOf({"instance", "conect"}), "no such command");
  EXPECT_EQ(faultOf({"instance", "connect", "a", "b"}), "unknown argument: b");
  EXPECT_THAT(faultOf({"instance", "connect"}), HasSubstr("INSTANCE"));
  EXPECT_EQ(faultOf({"instance", "list", "--nope"}), "unknown argument: --nope");
  EXPECT_THAT(faultOf({"instance", "list", "--json=1"}), HasSubstr("json=1"));
  EXPECT_THAT(faultOf({"instance", "list", "--url"}), HasSubstr("url requires URL"));
  EXPECT_THAT(faultOf({"events", "--count", "x"}), HasSubstr("whole number"));
  EXPECT_THAT(faultOf({"events", "\x1b[2J", "\x1b[2J"}), HasSubstr("\\x1b[2J"));
  EXPECT_THAT(faultOf({"salvage"}), HasSubstr("--to NEW-FILE is missing"));
  EXPECT_THAT(faultOf({"sessions", "move"}), HasSubstr("--to redis or --to database"));
}

}  // namespace
}  // namespace colibri::ctl
