#include "app/users.hpp"

#include <gmock/gmock.h>

namespace colibri::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config::Settings::Process named(const std::string& user, const std::string& bridgeUser) {
  config::Settings::Process process;
  process.user = user;
  process.bridgeUser = bridgeUser;
  return process;
}

TEST(UsersOf, AGatewayOfRootIsGivenTheUsersThatTheConfigurationNames) {
  const auto users = usersOf(named("daemon", "nobody"), true);
  ASSERT_TRUE(users) << users.error().message;
  ASSERT_TRUE(users->gateway && users->bridges);
  EXPECT_EQ(users->gateway->name, "daemon");
  EXPECT_NE(users->gateway->uid, 0u);
  EXPECT_NE(users->bridges->uid, users->gateway->uid);
  EXPECT_THAT(users->notes, IsEmpty());
}

TEST(UsersOf, StayingRootIsTakenWithoutAWordIfItWasChosen) {
  const auto users = usersOf(named("root", "root"), true);
  ASSERT_TRUE(users);
  EXPECT_FALSE(users->gateway || users->bridges);
  EXPECT_THAT(users->notes, IsEmpty());
}

TEST(UsersOf, AUserThatThereIsNotIsAnError) {
  const auto users = usersOf(named("nobody-here", ""), true);
  ASSERT_FALSE(users);
  EXPECT_THAT(users.error().message, HasSubstr("process.user: there is no user nobody-here"));
}

TEST(UsersOf, AttackBridgesAreNotGivenTheUserOfTheGateway) {
  const auto users = usersOf(named("daemon", "daemon"), true);
  ASSERT_FALSE(users);
  EXPECT_THAT(users.error().message, HasSubstr("process.bridge_user: must be another user"));
}

TEST(UsersOf, OneThatIsNotRootsCannotChooseAndSaysSo) {
  const auto users = usersOf(named("daemon", ""), false);
  ASSERT_TRUE(users);
  EXPECT_FALSE(users->gateway || users->bridges);
  EXPECT_THAT(users->notes, ElementsAre(HasSubstr("have no effect")));
  EXPECT_THAT(usersOf({}, false)->notes, IsEmpty());
}

}  // namespace
}  // namespace colibri::app
