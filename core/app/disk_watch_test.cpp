#include "app/disk_watch.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <vector>

#include "exec/manual_executor.hpp"
#include "exec/manual_timers.hpp"
#include "store/testing/bare_store.hpp"

namespace colibri::app {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

class StoreWithRoom final : public store::testing::BareStore<StoreWithRoom> {
 public:
  void submit(store::Batch, Done) override {}
  std::uint64_t answer(const store::ask::ReusableBytes&) const { return room; }
  std::uint64_t room = 0;
};

class DiskWatchTest : public ::testing::Test {
 protected:
  void begin(std::uint64_t floor, const std::string& folder = "/data") {
    watch.emplace(
        store, executor, timers, DiskWatch::Options{folder, floor},
        [this](bool low) { told.push_back(low); }, [this](const std::string&) { return left; });
  }
  void look() {
    timers.advance(seconds(5));
    executor.runAll();
  }

  ManualClock clock;
  exec::ManualTimers timers{clock};
  exec::ManualExecutor executor;
  StoreWithRoom store;
  std::optional<std::uint64_t> left = 5'000;
  std::vector<bool> told;
  std::optional<DiskWatch> watch;
};

TEST_F(DiskWatchTest, TellsWhenLessThanTheFloorIsLeftAndWhenThereIsRoomAgain) {
  begin(1'000);
  EXPECT_EQ(watch->freeBytes(), 5'000u);
  left = 1'000;
  look();
  EXPECT_FALSE(watch->isLow());
  left = 999;
  look();
  EXPECT_TRUE(watch->isLow());
  EXPECT_EQ(watch->freeBytes(), 999u);
  left = 1'124;  // not for every byte
  look();
  EXPECT_TRUE(watch->isLow());
  left = 1'125;
  look();
  EXPECT_FALSE(watch->isLow());
  EXPECT_THAT(told, ElementsAre(true, false));
}

TEST_F(DiskWatchTest, LooksBeforeAnybodyPublishes) {
  left = 10;
  begin(1'000);
  EXPECT_THAT(told, ElementsAre(true));
}

/// A database never gives back what it has: deleted rows are where the next ones go.
TEST_F(DiskWatchTest, RoomWithinTheDatabaseCounts) {
  left = 400;
  store.room = 700;
  begin(1'000);
  EXPECT_FALSE(watch->isLow());
  EXPECT_EQ(watch->freeBytes(), 1'100u);
}

TEST_F(DiskWatchTest, WithoutAFloorOrADiskItTellsNothing) {
  left = 0;
  begin(0);
  look();
  EXPECT_EQ(watch->freeBytes(), 0u);
  begin(1'000, "");
  look();
  EXPECT_EQ(watch->freeBytes(), std::nullopt);
  left.reset();
  begin(1'000);
  look();
  EXPECT_EQ(watch->freeBytes(), std::nullopt);
  EXPECT_THAT(told, ElementsAre());
}

TEST_F(DiskWatchTest, AfterItsEndItIsSilent) {
  begin(1'000);
  timers.advance(seconds(5));  // a look is queued
  left = 0;
  watch.reset();
  executor.runAll();
  timers.advance(seconds(10));
  EXPECT_THAT(told, ElementsAre());
  EXPECT_EQ(timers.pending(), 0u);
}

TEST_F(DiskWatchTest, TheFileSystemSaysWhatItHas) {
  EXPECT_GT(DiskWatch::askFileSystem("/").value_or(0), 0u);
  EXPECT_EQ(DiskWatch::askFileSystem("/there/is/no/such/folder"), std::nullopt);
}

}  // namespace
}  // namespace colibri::app
