#include "exec/strand_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace colibri::exec {
namespace {

const int kA = 0, kB = 0;

class StrandQueueTest : public testing::Test {
 protected:
  void push(const int& owner, std::uint64_t strand, const char* what) {
    queue.push({{&owner, strand}, what, [] {}});
  }
  /// The names of all that may start now.
  std::string start() {
    std::string names;
    while (auto task = queue.pop()) names += task->what;
    return names;
  }
  void finish(const int& owner, std::uint64_t strand, bool slow = false) {
    queue.finished({&owner, strand}, slow);
  }
  StrandQueue queue{3, 1};
};

TEST_F(StrandQueueTest, CallsOfAStrandKeepTheirOrderAndNeverOverlap) {
  push(kA, 1, "a");
  push(kA, 1, "b");
  EXPECT_EQ(start(), "a");
  push(kA, 1, "c");
  finish(kA, 1);
  EXPECT_EQ(start(), "b");
  finish(kA, 1);
  EXPECT_EQ(start(), "c");
}

TEST_F(StrandQueueTest, OwnersTakeTurnsHoweverMuchOneOfThemWants) {
  for (std::uint64_t strand = 1; strand <= 5; ++strand) push(kA, strand, "a");
  push(kB, 1, "b");
  EXPECT_EQ(start(), "abaa");  // three of A at most
  finish(kA, 1);
  EXPECT_EQ(start(), "a");
}

TEST_F(StrandQueueTest, AnOwnerWithASlowCallIsHeldShort) {
  push(kA, 1, "s");
  EXPECT_EQ(start(), "s");
  push(kA, 2, "a");
  queue.slow(&kA);
  EXPECT_FALSE(queue.runnable());
  push(kB, 1, "b");
  EXPECT_EQ(start(), "b");
  finish(kA, 1, true);
  EXPECT_EQ(start(), "a");
}

TEST_F(StrandQueueTest, KeepsNothingOfIdleStrands) {
  for (std::uint64_t strand = 1; strand <= 100; ++strand) {
    push(kA, strand, "a");
    EXPECT_EQ(start(), "a");
    finish(kA, strand);
  }
  EXPECT_EQ(queue.strands(), 0u);
  EXPECT_EQ(queue.waiting(), 0u);
}

TEST_F(StrandQueueTest, DropLeavesOnlyWhatRuns) {
  push(kA, 1, "a");
  EXPECT_EQ(start(), "a");
  push(kA, 1, "b");
  push(kB, 7, "c");
  EXPECT_EQ(queue.drop().size(), 2u);
  EXPECT_EQ(start(), "");
  EXPECT_EQ(queue.strands(), 1u);
  finish(kA, 1);
  EXPECT_EQ(queue.strands(), 0u);
}

}  // namespace
}  // namespace colibri::exec
