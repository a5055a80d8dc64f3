#include "app/readiness.hpp"

#include <gtest/gtest.h>

#include "exec/manual_executor.hpp"
#include "exec/manual_timers.hpp"
#include "store/testing/bare_store.hpp"

namespace colibri::app {
namespace {

using std::chrono::seconds;

class StoreThatMayBeAway final : public store::testing::BareStore<StoreThatMayBeAway> {
 public:
  void submit(store::Batch, Done) override {}
  Result<std::vector<store::KvEntry>> answer(const store::ask::Entries&) {
    if (away) return Error{Errc::unavailable, "connection refused"};
    return std::vector<store::KvEntry>{{}};
  }
  bool away = false;
};

class ReadinessTest : public ::testing::Test {
 protected:
  void ask() {
    timers.advance(seconds(5));
    executor.runAll();
  }

  ManualClock clock;
  exec::ManualTimers timers{clock};
  exec::ManualExecutor executor;
  StoreThatMayBeAway store;
  bool diskRefuses = false;
  Readiness readiness{store, executor, timers, [this] { return diskRefuses; }};
};

TEST_F(ReadinessTest, IsThereFromTheStartOfServingToTheStop) {
  EXPECT_EQ(readiness.trouble(), "starting");
  readiness.started();
  EXPECT_EQ(readiness.trouble(), std::nullopt);
  readiness.stopping();
  EXPECT_EQ(readiness.trouble(), "stopping");
}

TEST_F(ReadinessTest, GoesWithTheDatabaseAndSaysNoMoreOfIt) {
  readiness.started();
  store.away = true;
  ask();
  EXPECT_EQ(readiness.trouble(), "the database does not answer");
  store.away = false;
  ask();
  EXPECT_EQ(readiness.trouble(), std::nullopt);
}

TEST_F(ReadinessTest, GoesWithADatabaseThatHangs) {
  readiness.started();
  timers.advance(seconds(5));  // asked, and nobody answers
  timers.advance(seconds(5));
  EXPECT_EQ(readiness.trouble(), "the database does not answer");
  executor.runAll();
  EXPECT_EQ(readiness.trouble(), std::nullopt);
}

TEST_F(ReadinessTest, GoesWhileTheDiskTakesNoEvents) {
  readiness.started();
  diskRefuses = true;
  EXPECT_EQ(readiness.trouble(), "the disk is full");
  diskRefuses = false;
  EXPECT_EQ(readiness.trouble(), std::nullopt);
}

}  // namespace
}  // namespace colibri::app
