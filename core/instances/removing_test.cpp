#include <gmock/gmock.h>

#include "instances/testing/world.hpp"

namespace colibri::instances {
namespace {

using testing::answerOf;
using ::testing::ElementsAre;
using testing::eventually;
using testing::World;

void remove(World& world, InstanceKey key) {
  ASSERT_TRUE(answerOf<InstancePtr>([&](auto d) { world.lifecycle->remove(key, std::move(d)); }));
}

TEST(Removing, WhatAnInstanceHasOutsideTheStoreGoesBeforeItsRows) {
  World world;
  const auto key = world.create("a");
  std::optional<std::uint64_t> rows;
  world.files.whenAsked([&] { rows = world.store->read(store::ask::RowCount{key}).value(); });
  remove(world, key);
  ASSERT_TRUE(eventually([&] { return world.registry.size() == 0; }));
  EXPECT_THAT(world.files.asked(), ElementsAre(key));
  EXPECT_GT(rows.value_or(0), 0U);
  EXPECT_EQ(world.store->read(store::ask::RowCount{key}).value(), 0U);
}

TEST(Removing, ItsRowsStayUntilTheRestIsGone) {
  World world;
  const auto key = world.create("a");
  world.files.failTimes(1);
  remove(world, key);
  ASSERT_TRUE(eventually([&] { return world.files.asked().size() == 1; }));
  const auto row = world.store->read(store::ask::Instances{}).value();
  ASSERT_EQ(row.size(), 1U);
  EXPECT_TRUE(row[0].deleting);
  ASSERT_TRUE(eventually([&] { return world.registry.size() == 0; })) << "it is tried again";
  EXPECT_THAT(world.files.asked(), ElementsAre(key, key));
}

TEST(Removing, AStartFinishesWhatACrashCut) {
  const auto directory = World::fresh();
  InstanceKey key = 0;
  {
    World before(World::patient(), directory);
    before.ownsDirectory = false;
    key = before.create("a");
    before.files.failTimes(1'000);
    remove(before, key);
    ASSERT_TRUE(eventually([&] { return !before.files.asked().empty(); }));
  }
  {
    World again(World::patient(), directory);
    again.ownsDirectory = false;
    again.files.failTimes(1);
    ASSERT_TRUE(again.lifecycle->load());
    EXPECT_EQ(again.store->read(store::ask::Instances{}).value().size(), 1U) << "not yet";
  }
  World last(World::patient(), directory);
  ASSERT_TRUE(last.lifecycle->load());
  EXPECT_THAT(last.files.asked(), ElementsAre(key));
  EXPECT_TRUE(
      eventually([&] { return last.store->read(store::ask::Instances{}).value().empty(); }));
}

}  // namespace
}  // namespace colibri::instances
