#include "commands/record_allowance.hpp"

#include <gtest/gtest.h>

#include "store/testing/bare_store.hpp"

namespace colibri::commands {
namespace {

using namespace std::chrono_literals;

/// Says what it is told to say of every instance, and counts how often it was asked.
class CountedStore final : public store::testing::BareStore<CountedStore> {
 public:
  store::IdempotencyUse answer(const store::ask::UseOfIdempotency&) {
    ++asked;
    return use;
  }
  void submit(store::Batch, Done) override {}

  store::IdempotencyUse use;
  int asked = 0;
};

struct RecordAllowanceTest : ::testing::Test {
  bool take(InstanceKey instance = 1) { return allowance.take(instance).has_value(); }
  CountedStore store;
  ManualClock clock;
  RecordAllowance allowance{store, clock, {.records = 10, .bytes = 1000}};
};

TEST_F(RecordAllowanceTest, TheStoreIsCountedOnceAndThenNowAndThen) {
  store.use = {8, 0};
  EXPECT_TRUE(take());
  EXPECT_TRUE(take());
  EXPECT_EQ(store.asked, 1);
  clock.advance(10min);
  EXPECT_TRUE(take());
  EXPECT_EQ(store.asked, 2);
}

TEST_F(RecordAllowanceTest, WhoIsAtTheLimitIsLookedAtEveryTenSeconds) {
  store.use = {10, 0};
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(take());
  EXPECT_EQ(store.asked, 1);
  EXPECT_EQ(allowance.refused(), 5U);
  store.use = {9, 0};  // one went after its day
  EXPECT_FALSE(take());
  clock.advance(10s);
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
}

TEST_F(RecordAllowanceTest, InstancesDoNotShareIt) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(take(1));
  EXPECT_FALSE(take(1));
  EXPECT_TRUE(take(2));
}

TEST_F(RecordAllowanceTest, WhatIsGivenBackCanBeTakenAgain) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(take());
    allowance.giveBack(1);
  }
}

TEST_F(RecordAllowanceTest, BytesOfAnswersCount) {
  EXPECT_TRUE(take());
  allowance.answered(1, 999);
  EXPECT_TRUE(take());
  allowance.answered(1, 1);
  EXPECT_FALSE(take());
}

}  // namespace
}  // namespace colibri::commands
