#include "instances/registry.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace colibri::instances {
namespace {

Instance named(const std::string& name, const std::string& token = "") {
  Instance instance;
  instance.row.name = name;
  instance.row.tokenHash = token.empty() ? "token of " + name : token;
  return instance;
}

TEST(Registry, FindsOnlyWhatIsReadyAndNotBeingDeleted) {
  Registry registry;
  const auto key = registry.add(named("a")).value();
  EXPECT_FALSE(registry.findByName("a"));
  registry.update(key, [](Instance& i) { i.ready = true; });
  EXPECT_TRUE(registry.findByName("a"));
  EXPECT_TRUE(registry.findByToken("token of a"));
  registry.update(key, [](Instance& i) { i.deleting = true; });
  EXPECT_FALSE(registry.findByName("a"));
  EXPECT_FALSE(registry.findByToken("token of a"));
  EXPECT_TRUE(registry.list().empty());
  EXPECT_TRUE(registry.get(key));
}

TEST(Registry, KeepsANameTakenUntilTheInstanceIsRemoved) {
  Registry registry;
  const auto key = registry.add(named("a")).value();
  registry.update(key, [](Instance& i) { i.deleting = true; });
  EXPECT_EQ(registry.add(named("a", "other")).error().code, Errc::conflict);
  registry.remove(key);
  EXPECT_TRUE(registry.add(named("a", "other")));
}

TEST(Registry, RefusesATokenThatAnotherInstanceHas) {
  Registry registry;
  ASSERT_TRUE(registry.add(named("a", "same")));
  EXPECT_EQ(registry.add(named("b", "same")).error().code, Errc::conflict);
}

TEST(Registry, NeverGivesAKeyTwice) {
  Registry registry;
  auto stored = named("old");
  stored.row.key = 41;
  registry.load(stored);
  const auto key = registry.add(named("a")).value();
  EXPECT_EQ(key, 42u);
  registry.remove(key);
  EXPECT_EQ(registry.add(named("b")).value(), 43u);
}

TEST(Registry, OfManyParallelCreationsOfOneNameExactlyOneWins) {
  Registry registry;
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n) {
        if (registry.add(
                named("name " + std::to_string(n), std::to_string(i) + "/" + std::to_string(n)))) {
          ++won;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 50);
  EXPECT_EQ(registry.size(), 50u);
}

}  // namespace
}  // namespace colibri::instances
