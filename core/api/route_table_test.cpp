#include "api/route_table.hpp"

#include <gmock/gmock.h>

#include <set>
#include <vector>

namespace colibri::api {
namespace {

using Path = std::vector<std::string>;

const RouteTable kTable;

std::optional<Match> match(std::string_view method, Path path, Dialect root = Dialect::native) {
  return kTable.match(method, path, root);
}

std::string_view idOf(const std::optional<Match>& match) {
  return match ? match->route->operation->id : "none";
}

/// Every instance route, in both forms and under /v2, with names that look like words of routes.
TEST(Routes, EveryInstanceRouteResolvesInBothFormsWhateverTheInstanceIsCalled) {
  for (const std::string name : {"a", "ÁÉ x", "a%2Fb", "connect", "sendText", "fetchInstances"}) {
    for (const auto& route : kTable.rows()) {
      if (!route.ofInstance) continue;
      const std::string router(route.router), action(route.name);
      const auto native = match(route.method, {name, router, action});
      ASSERT_TRUE(native) << name << ' ' << action;
      EXPECT_EQ(native->route, &route);
      EXPECT_EQ(native->dialect, Dialect::native);
      EXPECT_EQ(native->instance, name);
      for (const Path& path : {Path{router, action, name}, Path{"v2", router, action, name}}) {
        const auto v2 = match(route.method, path);
        ASSERT_TRUE(v2) << name << ' ' << action;
        EXPECT_EQ(v2->route, &route);
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
  EXPECT_EQ(idOf(match("GET", {"ready"})), "ready");
}

TEST(Routes, HeadIsAnsweredByGet) {
  EXPECT_TRUE(match("HEAD", {"health"}));
  EXPECT_FALSE(match("HEAD", {"instance", "create"}));
}

TEST(Routes, OnlyWhatSaysNothingOfInstancesNeedsNoKey) {
  std::set<std::string_view> open;
  for (const auto& route : kTable.rows()) {
    if (route.access == Access::anyone) open.insert(route.operation->id);
    EXPECT_EQ(route.ofInstance, route.access == Access::instanceKey) << route.name;
  }
  EXPECT_EQ(open, (std::set<std::string_view>{"health", "openapi.json", "ready", "welcome"}));
}

TEST(Routes, ParametersOfThePathAreDecodedWordsBehindTheAction) {
  const Route rows[] = {{.access = Access::instanceKey,
                         .method = "GET",
                         .router = "bot",
                         .name = "fetch",
                         .params = 1,
                         .ofInstance = true}};
  const RouteTable table(rows);
  const auto find = [&](Path path) { return table.match("GET", path, Dialect::native); };
  for (const auto& path : {Path{"shop", "bot", "fetch", "7"}, Path{"bot", "fetch", "7", "shop"}}) {
    const auto found = find(path);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->instance, "shop");
    EXPECT_EQ(found->params, Path{"7"});
  }
  EXPECT_FALSE(find({"shop", "bot", "fetch"})) << "without it";
  EXPECT_FALSE(find({"shop", "bot", "fetch", "7", "8"}));
}

TEST(Routes, APluginTakesThePlaceOfAnIntegrationThatIsNotHere) {
  const Route rows[] = {{.access = Access::instanceKey,
                         .method = "POST",
                         .router = "nats",
                         .name = "set",
                         .ofInstance = true,
                         .plugin = 7}};
  const RouteTable table(rows);
  const auto set = table.match("POST", Path{"shop", "nats", "set"}, Dialect::native);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->route->plugin, 7U);
  EXPECT_FALSE(table.match("GET", Path{"shop", "nats", "find"}, Dialect::native)) << "it has none";
  EXPECT_EQ(idOf(match("POST", {"shop", "nats", "set"})), "nats.set") << "without a plugin";
  EXPECT_THAT(routeWords(), ::testing::Not(::testing::Contains("nats")));
}

TEST(Routes, AWordLongerThanAnyIsNoRouteHoweverItBegins) {
  EXPECT_FALSE(match("GET", {"health" + std::string(10'000, 'h')}));
  EXPECT_FALSE(match("GET", {"a", "instance", "connect" + std::string(10'000, 't')}));
}

TEST(Routes, TheRoutersOfActionsThatThereAreNotAreKnown) {
  EXPECT_TRUE(kTable.isOfARouter(Path{"message", "sendFish", "a"}));
  EXPECT_TRUE(kTable.isOfARouter(Path{"a", "message", "sendFish"}));
  EXPECT_TRUE(kTable.isOfARouter(Path{"v2", "Webhook", "sendFish", "a"}));
  EXPECT_FALSE(kTable.isOfARouter(Path{"robots.txt"}));
}

}  // namespace
}  // namespace colibri::api
