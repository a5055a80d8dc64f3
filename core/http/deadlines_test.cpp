#include "http/deadlines.hpp"

#include <gtest/gtest.h>

namespace colibri::http {
namespace {

using namespace std::chrono_literals;

class DeadlinesTest : public ::testing::Test {
 protected:
  const SteadyTime start{1000s};
  Deadlines deadlines{{10ms, 20ms, 30ms, 40ms, 50ms}};
  DeadlineNode a, b, c;
};

TEST_F(DeadlinesTest, AreTakenWhenTheirTimeHasComeAndNotBefore) {
  deadlines.arm(a, Wait::head, start);
  EXPECT_EQ(deadlines.takeExpired(start + 19ms), nullptr);
  EXPECT_EQ(deadlines.takeExpired(start + 20ms), &a);
  EXPECT_FALSE(a.armed());
  EXPECT_EQ(deadlines.takeExpired(start + 1h), nullptr);
}

TEST_F(DeadlinesTest, NextIsTheEarliestOfAllKinds) {
  EXPECT_FALSE(deadlines.next());
  deadlines.arm(a, Wait::linger, start);
  deadlines.arm(b, Wait::idle, start + 5ms);
  deadlines.arm(c, Wait::idle, start + 6ms);
  EXPECT_EQ(deadlines.next(), start + 15ms);
  deadlines.disarm(b);
  EXPECT_EQ(deadlines.next(), start + 16ms);
  deadlines.disarm(c);
  EXPECT_EQ(deadlines.next(), start + 50ms);
}

TEST_F(DeadlinesTest, ArmingAgainMovesToTheNewKindAndTime) {
  deadlines.arm(a, Wait::idle, start);
  deadlines.arm(b, Wait::idle, start + 1ms);
  deadlines.arm(a, Wait::body, start + 2ms);
  EXPECT_EQ(deadlines.takeExpired(start + 20ms), &b);
  EXPECT_EQ(deadlines.takeExpired(start + 20ms), nullptr);
  EXPECT_EQ(deadlines.takeExpired(start + 32ms), &a);
}

TEST_F(DeadlinesTest, DisarmingWhatIsNotArmedDoesNothing) {
  deadlines.disarm(a);
  deadlines.arm(b, Wait::idle, start);
  deadlines.disarm(a);
  EXPECT_EQ(deadlines.takeExpired(start + 10ms), &b);
}

}  // namespace
}  // namespace colibri::http
