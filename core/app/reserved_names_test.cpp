#include "app/reserved_names.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "instances/testing/world.hpp"
#include "log/open.hpp"

namespace colibri::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What the log gets of `call`.
template <class Call>
std::string loggedBy(Call call) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("colibri-reserved-" + std::to_string(::getpid()) + ".log");
  EXPECT_TRUE(log::open({.level = log::Level::warn, .file = file}));
  call();
  EXPECT_TRUE(log::open({.level = log::Level::warn}));
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  std::filesystem::remove(file);
  return text.str();
}

TEST(ReservedNames, AnInstanceFromBeforeItsNameWasReservedIsNamedInTheLogAndGoesOn) {
  instances::testing::World world;
  for (const auto* name : {"Inbox", "shop"}) world.create(name);
  const std::vector<std::string> before, now{"inbox"};
  EXPECT_EQ(loggedBy([&] { warnOfReservedNames(world.registry, before); }), "");
  const auto said = loggedBy([&] { warnOfReservedNames(world.registry, now); });
  EXPECT_THAT(said, HasSubstr("an instance has a name that routes begin with by now"));
  EXPECT_THAT(said, HasSubstr("Inbox"));
  EXPECT_THAT(said, Not(HasSubstr("shop")));
  EXPECT_NE(world.registry.findByName("Inbox"), nullptr);
}

}  // namespace
}  // namespace colibri::app
