#include "bridge_pool.hpp"

#include <gtest/gtest.h>

namespace colibri::baileys {
namespace {

TEST(BridgePool, FillsOneBridgeBeforeTheNext) {
  BridgePool pool(2);
  EXPECT_EQ(pool.activate(10).slot, 0u);
  EXPECT_EQ(pool.activate(11).slot, 0u);
  EXPECT_EQ(pool.activate(12).slot, 1u);
  EXPECT_EQ(pool.activate(10).slot, 0u) << "asked twice, counted once";
  EXPECT_EQ(pool.active(0), 2u);
  EXPECT_EQ(pool.active(1), 1u);
}

TEST(BridgePool, ARestingInstanceKeepsItsPlaceWhileThereIsRoom) {
  BridgePool pool(2);
  pool.activate(10);
  pool.activate(11);
  pool.rest(10);
  EXPECT_EQ(pool.active(0), 1u);
  EXPECT_EQ(pool.slotOf(10), 0u);
  const auto back = pool.activate(10);
  EXPECT_EQ(back.slot, 0u);
  EXPECT_FALSE(back.left);
}

TEST(BridgePool, MovesWhenItsPlaceWasTakenAndSaysWhatItLeft) {
  BridgePool pool(1);
  pool.activate(10);
  pool.rest(10);
  pool.activate(11);
  const auto moved = pool.activate(10);
  EXPECT_EQ(moved.slot, 1u);
  EXPECT_EQ(moved.left, 0u);
  EXPECT_EQ(pool.active(0), 1u);
  EXPECT_EQ(pool.active(1), 1u);
}

TEST(BridgePool, RemovingFreesThePlace) {
  BridgePool pool(1);
  pool.activate(10);
  pool.remove(10);
  pool.remove(10);
  EXPECT_FALSE(pool.slotOf(10));
  EXPECT_EQ(pool.activate(11).slot, 0u);
}

}  // namespace
}  // namespace colibri::baileys
