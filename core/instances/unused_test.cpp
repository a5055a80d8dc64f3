// Instances that hold no session and that nobody uses are deleted, others never.
#include <gmock/gmock.h>

#include "instances/testing/world.hpp"

namespace colibri::instances::testing {
namespace {

using namespace std::chrono_literals;

Lifecycle::Options removing(std::chrono::milliseconds after) {
  auto options = World::patient();
  options.removeUnusedAfter = after;
  return options;
}

bool goes(World& world, InstanceKey key) {
  return eventually([&] { return world.registry.get(key) == nullptr; });
}

TEST(Unused, NeverPairedGoesWithItsFarewellAndItsRows) {
  World world(removing(50ms));
  const auto key = world.create("a");
  world.lifecycle->resume();
  ASSERT_TRUE(goes(world, key));
  EXPECT_THAT(world.farewell.steps(),
              ::testing::ElementsAre("begin", "instance.delete", "remove.instance", "forget"));
  EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), 0u);
}

TEST(Unused, LoggedOutGoesToo) {
  World world(removing(50ms));
  const auto key = world.create("a");
  world.open(key);
  world.report(key, State::loggedOut);
  world.lifecycle->resume();
  EXPECT_TRUE(goes(world, key));
}

TEST(Unused, LinkedOrWaitingForAScanStaysWhateverTheWait) {
  World world(removing(20ms));
  const auto open = world.create("open"), away = world.create("away"), scan = world.create("scan");
  world.open(open);
  world.open(away);
  world.report(away, State::closed);
  world.report(scan, State::connecting);
  ASSERT_TRUE(eventually([&] { return world.registry.get(scan)->state == State::connecting; }));
  world.lifecycle->resume();
  // One that is made later and goes shows that the others were looked at.
  ASSERT_TRUE(goes(world, world.create("later")));
  for (const auto key : {open, away, scan}) EXPECT_NE(world.registry.get(key), nullptr);
}

TEST(Unused, StaysHoweverFarTheClockJumps) {
  for (const auto days : {400, -400}) {
    World world(removing(1h));
    const auto key = world.create("a");
    world.wall.setAhead(days * 24h);
    world.lifecycle->resume();  // looks now
    world.report(key, State::connecting);
    ASSERT_TRUE(eventually([&] { return world.stateOf(key) != State::created; })) << days;
    ASSERT_EQ(world.stateOf(key), State::connecting) << days;
    EXPECT_FALSE(world.registry.get(key)->deleting) << days;
  }
}

TEST(Unused, TheTimeCountsAcrossARestart) {
  const auto directory = World::fresh();
  InstanceKey old = 0, fresh = 0;
  {
    World before(World::patient(), directory);
    before.ownsDirectory = false;
    old = before.create("old");
    fresh = before.create("fresh");
    auto row = before.registry.get(old)->row;
    row.updatedAtUs -= std::chrono::microseconds(2h).count();
    std::promise<bool> stored;
    before.store->submit({store::PutInstance{row}},
                         [&](auto result) { stored.set_value(bool(result)); });
    ASSERT_TRUE(stored.get_future().get());
  }
  World after(removing(1h), directory);
  ASSERT_TRUE(after.lifecycle->load());
  after.lifecycle->resume();
  EXPECT_TRUE(goes(after, old));
  EXPECT_NE(after.registry.get(fresh), nullptr);
}

TEST(Unused, WithoutALimitNothingGoes) {
  World world;
  const auto key = world.create("a");
  world.lifecycle->resume();
  EXPECT_NE(world.registry.get(key), nullptr);
}

}  // namespace
}  // namespace colibri::instances::testing
