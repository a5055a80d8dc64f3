#include "api/routes.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace colibri::api {
namespace {

using Path = std::vector<std::string>;

std::optional<Match> match(std::string_view method, Path path, Dialect root = Dialect::native) {
  return matchRoute(method, path, root);
}

/// Every instance route, in both forms and under /v2, with names that look like words of routes.
TEST(Routes, EveryInstanceRouteResolvesInBothFormsWhateverTheInstanceIsCalled) {
  for (const std::string name : {"a", "ÁÉ x", "a%2Fb", "connect", "sendText", "fetchInstances"}) {
    for (const auto& route : routes()) {
      if (!route.ofInstance) continue;
      const std::string router(route.router), action(route.name);
      const auto native = match(route.method, {name, router, action});
      ASSERT_TRUE(native) << name << ' ' << action;
      EXPECT_EQ(native->action, route.action);
      EXPECT_EQ(native->dialect, Dialect::native);
      EXPECT_EQ(native->instance, name);
      for (const Path& path : {Path{router, action, name}, Path{"v2", router, action, name}}) {
        const auto v2 = match(route.method, path);
        ASSERT_TRUE(v2) << name << ' ' << action;
        EXPECT_EQ(v2->action, route.action);
        EXPECT_EQ(v2->dialect, Dialect::v2);
        EXPECT_EQ(v2->instance, name);
      }
    }
  }
}

TEST(Routes, SharedPathsAreNativeAtTheRootAndV2UnderV2) {
  EXPECT_EQ(match("POST", {"instance", "create"})->dialect, Dialect::native);
  EXPECT_EQ(match("POST", {"v2", "instance", "create"})->dialect, Dialect::v2);
  EXPECT_EQ(match("GET", {"instance", "fetchInstances"}, Dialect::v2)->dialect, Dialect::v2);
  EXPECT_EQ(match("GET", {"native", "instance", "fetchInstances"}, Dialect::v2)->dialect,
            Dialect::native);
}

TEST(Routes, NativeFormDoesNotExistUnderV2) {
  EXPECT_FALSE(match("GET", {"v2", "a", "instance", "connect"}));
}

TEST(Routes, WordsAreComparedWithoutCaseNamesWithIt) {
  const auto found = match("GET", {"Instance", "CONNECT", "MyName"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->instance, "MyName");
}

TEST(Routes, AnotherMethodOrLengthIsNoRoute) {
  EXPECT_FALSE(match("PUT", {"instance", "create"}));
  EXPECT_FALSE(match("GET", {"a", "instance", "restart"}));
  EXPECT_FALSE(match("GET", {"a", "instance", "connect", "more"}));
  EXPECT_FALSE(match("GET", {"instance"}));
  EXPECT_FALSE(match("GET", {"nothing"}));
}

/// From before the word was reserved.
TEST(Routes, AnInstanceThatIsCalledReadyKeepsItsRoutes) {
  const auto connect = match("GET", {"ready", "instance", "connect"});
  ASSERT_TRUE(connect);
  EXPECT_EQ(connect->instance, "ready");
  EXPECT_EQ(match("GET", {"instance", "connect", "ready"})->instance, "ready");
  EXPECT_EQ(match("GET", {"ready"})->action, Action::ready);
}

TEST(Routes, HeadIsAnsweredByGet) {
  EXPECT_TRUE(match("HEAD", {"health"}));
  EXPECT_FALSE(match("HEAD", {"instance", "create"}));
}

TEST(Routes, OnlyHealthReadyAndWelcomeNeedNoKey) {
  for (const auto& route : routes()) {
    const bool open = route.action == Action::health || route.action == Action::ready ||
                      route.action == Action::welcome;
    EXPECT_EQ(route.access == Access::anyone, open) << route.name;
    if (route.ofInstance) {
      EXPECT_EQ(route.access, Access::instanceKey) << route.name;
    }
  }
}

}  // namespace
}  // namespace colibri::api
