#include "exec/pool_executor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "exec/manual_timers.hpp"

namespace colibri::exec {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::seconds kBound{20};
const int kA = 0, kB = 0;

class PoolExecutorTest : public testing::Test {
 protected:
  PoolExecutor::Options options(std::size_t workers, std::size_t replacements = 32) {
    return {.workers = workers,
            .maxReplacements = replacements,
            .onSlow = [this](const SlowCall& call) { reports.push_back(call); }};
  }
  /// Runs one call of the strand to its end.
  static bool runs(PoolExecutor& pool, StrandKey strand) {
    auto ran = std::make_shared<std::promise<void>>();
    auto done = ran->get_future();
    pool.post(strand, "quick", [ran] { ran->set_value(); });
    return done.wait_for(kBound) == std::future_status::ready;
  }

  ManualClock clock;
  ManualTimers timers{clock};
  std::vector<SlowCall> reports;
};

/// A call that hangs until let go.
struct Hang {
  std::promise<void> began, go;
  std::shared_future<void> gate = go.get_future().share();
  void start(PoolExecutor& pool, StrandKey strand) {
    pool.post(strand, "hang", [this] {
      began.set_value();
      gate.wait();
    });
    ASSERT_EQ(began.get_future().wait_for(kBound), std::future_status::ready);
  }
};

TEST_F(PoolExecutorTest, ACallWithoutMemoryIsGivenUpAndTheStrandGoesOn) {
  PoolExecutor pool(clock, timers, options(2));
  auto owned = std::make_shared<int>(1);
  pool.post({&kA, 1}, "hungry", [owned] { throw std::bad_alloc(); });
  EXPECT_TRUE(runs(pool, {&kA, 1}));
  EXPECT_TRUE(pool.stop(kBound));
  EXPECT_EQ(owned.use_count(), 1) << "what the call owned is let go";
  EXPECT_EQ(pool.outOfMemory(), 1U);
}

TEST_F(PoolExecutorTest, OneStrandKeepsItsOrderWhileStrandsRunSideBySide) {
  PoolExecutor pool(clock, timers, options(4));
  constexpr int kStrands = 20, kCalls = 200;
  std::vector<std::vector<int>> seen(kStrands);
  std::vector<std::atomic<int>> inside(kStrands);
  std::atomic<bool> overlapped{false};
  std::latch all(kStrands * kCalls);
  for (int call = 0; call < kCalls; ++call) {
    for (std::size_t strand = 0; strand < kStrands; ++strand) {
      pool.post({&kA, strand}, "call", [&, strand, call] {
        if (inside[strand].fetch_add(1) != 0) overlapped = true;
        seen[strand].push_back(call);
        inside[strand].fetch_sub(1);
        all.count_down();
      });
    }
  }
  all.wait();
  ASSERT_TRUE(pool.stop(kBound));
  EXPECT_FALSE(overlapped);
  for (const auto& calls : seen) {
    ASSERT_EQ(calls.size(), static_cast<std::size_t>(kCalls));
    EXPECT_TRUE(std::is_sorted(calls.begin(), calls.end()));
  }
  EXPECT_EQ(pool.strands(), 0u);
}

TEST_F(PoolExecutorTest, ASlowCallIsReportedOnceByName) {
  Hang hang;
  PoolExecutor pool(clock, timers, options(2));
  hang.start(pool, {&kA, 7});
  timers.advance(milliseconds(4'900));
  EXPECT_TRUE(reports.empty());
  timers.advance(milliseconds(60'000));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_STREQ(reports[0].what, "hang");
  EXPECT_EQ(reports[0].strand, (StrandKey{&kA, 7}));
  EXPECT_GE(reports[0].runningFor, milliseconds(5'000));
  hang.go.set_value();
}

TEST_F(PoolExecutorTest, OneOwnerNeverHasTheLastWorker) {
  Hang hang;
  PoolExecutor pool(clock, timers, options(2));
  hang.start(pool, {&kA, 1});
  std::atomic<bool> second{false};
  pool.post({&kA, 2}, "second", [&] { second = true; });
  EXPECT_TRUE(runs(pool, {&kB, 1}));
  EXPECT_FALSE(second);
  hang.go.set_value();
  EXPECT_TRUE(pool.stop(kBound));
  EXPECT_TRUE(second);
}

TEST_F(PoolExecutorTest, TheWorkerOfASlowCallIsReplacedUntilItReturns) {
  Hang hang;
  PoolExecutor pool(clock, timers, options(1));
  hang.start(pool, {&kA, 1});
  timers.advance(milliseconds(6'000));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_TRUE(reports[0].replaced);
  EXPECT_TRUE(runs(pool, {&kB, 1}));
  EXPECT_EQ(pool.threads(), 2u);
  hang.go.set_value();
  EXPECT_TRUE(runs(pool, {&kA, 1}));
  for (int i = 0; i < 2'000 && pool.threads() > 1; ++i) EXPECT_TRUE(runs(pool, {&kB, 1}));
  EXPECT_EQ(pool.threads(), 1u);
}

TEST_F(PoolExecutorTest, ReplacementsAreBounded) {
  Hang first, second, third;
  PoolExecutor pool(clock, timers, options(2, 1));
  first.start(pool, {&kA, 1});
  second.start(pool, {&kB, 1});
  timers.advance(milliseconds(6'000));
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].replaced + reports[1].replaced, 1);
  EXPECT_EQ(pool.threads(), 3u);
  const int kC = 0;
  third.start(pool, {&kC, 1});
  timers.advance(milliseconds(6'000));
  EXPECT_EQ(pool.threads(), 3u);
  for (auto* hang : {&first, &second, &third}) hang->go.set_value();
}

TEST_F(PoolExecutorTest, StopRunsWhatWaitsAndRefusesWhatComesLater) {
  PoolExecutor pool(clock, timers, options(2));
  std::atomic<int> ran{0};
  for (int i = 0; i < 100; ++i) pool.post({&kA, 1}, "call", [&] { ++ran; });
  EXPECT_TRUE(pool.stop(kBound));
  EXPECT_EQ(ran, 100);
  pool.post({&kA, 1}, "late", [&] { ++ran; });
  EXPECT_EQ(ran, 100);
}

TEST_F(PoolExecutorTest, StopDoesNotWaitForACallThatHangs) {
  auto gate = std::make_shared<std::promise<void>>();
  auto ended = std::make_shared<std::promise<void>>();
  {
    PoolExecutor pool(clock, timers, options(2));
    std::promise<void> began;
    pool.post({&kA, 1}, "hang", [&began, gate, ended] {
      began.set_value();
      gate->get_future().wait();
      ended->set_value();
    });
    ASSERT_EQ(began.get_future().wait_for(kBound), std::future_status::ready);
    EXPECT_FALSE(pool.stop(milliseconds(10)));
  }
  gate->set_value();  // the thread that was left behind still finds what it needs
  EXPECT_EQ(ended->get_future().wait_for(kBound), std::future_status::ready);
}

}  // namespace
}  // namespace colibri::exec
