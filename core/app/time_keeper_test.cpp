#include "app/time_keeper.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "exec/manual_timers.hpp"
#include "store/testing/bare_store.hpp"

namespace colibri::app {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kDays400{400 * 24};

/// One instance with its events, and the mark of the clock.
class MarkedStore final : public store::testing::BareStore<MarkedStore> {
 public:
  void submit(store::Batch batch, Done done) override {
    mark = std::get<store::KvPut>(batch.front()).value;
    ++puts;
    done(store::Committed{});
  }
  Result<std::vector<store::KvEntry>> answer(const store::ask::Entries& q) {
    if (away) return Error{Errc::unavailable, "the database is away"};
    if (damaged) return Error{Errc::rejected, "a row is damaged"};
    return std::vector<store::KvEntry>{{q.keys[0], mark}};
  }
  std::vector<store::InstanceRow> answer(const store::ask::Instances&) { return rows; }
  std::uint64_t answer(const store::ask::LastSequence&) { return log.size(); }
  std::vector<store::EventRow> answer(const store::ask::Events& q) { return {log.at(q.after)}; }

  std::optional<std::string> mark;
  std::vector<store::InstanceRow> rows;
  std::vector<store::EventRow> log;
  bool away = false, damaged = false;
  int puts = 0;
};

class TimeKeeperTest : public ::testing::Test {
 protected:
  void begin() {
    ASSERT_TRUE(resumeClock(clock.emplace(wall), store));
    keeper.emplace(*clock, store, timers);
  }
  void crash(microseconds away, microseconds jumped = {}) {
    const auto mark = store.mark;
    keeper.reset();
    store.mark = mark;
    wall.advance(away);
    wall.jump(jumped);
    begin();
  }

  ManualClock wall;
  exec::ManualTimers timers{wall};
  MarkedStore store;
  std::optional<KeptClock> clock;
  std::optional<TimeKeeper> keeper;
};

TEST_F(TimeKeeperTest, KeptTimeGoesOnAfterACrashWhateverTheWallDid) {
  begin();
  const auto start = clock->keptUs();
  timers.advance(hours(3));
  crash(minutes(2), kDays400);
  timers.advance(hours(3));
  crash(minutes(2), -2 * kDays400);
  const auto grown = microseconds(clock->keptUs() - start);
  EXPECT_GE(grown, hours(6) - minutes(20));
  EXPECT_LE(grown, hours(7) + minutes(4));
}

TEST_F(TimeKeeperTest, APlannedStopLosesNothing) {
  begin();
  const auto start = clock->keptUs();
  timers.advance(minutes(5) + seconds(3));
  keeper.reset();
  wall.advance(minutes(1));
  begin();
  EXPECT_EQ(microseconds(clock->keptUs() - start), minutes(6) + seconds(3));
}

TEST_F(TimeKeeperTest, WritesLittleAndAJumpAtOnce) {
  begin();
  const auto before = store.puts;
  timers.advance(hours(1));
  EXPECT_EQ(store.puts - before, 6);
  wall.jump(-kDays400);
  timers.advance(seconds(10));
  EXPECT_EQ(store.puts - before, 7);
  EXPECT_EQ(keeper->jumps(), 1u);
  timers.advance(minutes(5));
  EXPECT_EQ(store.puts - before, 7);
}

/// From before there were marks: the first start after the update, with a clock that is wrong.
TEST_F(TimeKeeperTest, ADatabaseWithoutAMarkGoesOnFromItsLatestRow) {
  store.rows.emplace_back();
  store.rows.back().key = 1;
  store.rows.back().updatedAtUs = wall.nowUs() - 5'000'000;
  store.log.resize(2);
  store.log.back().recordedAtUs = wall.nowUs();
  const auto stamp = wall.nowUs();
  wall.jump(kDays400);
  begin();
  EXPECT_EQ(microseconds(clock->keptUs() - stamp), hours(1));
  EXPECT_EQ(clock->ageOf(stamp), hours(1));
}

TEST_F(TimeKeeperTest, ADamagedMarkIsLikeNone) {
  store.mark = "rubbish";
  begin();
  EXPECT_EQ(clock->keptUs(), wall.nowUs());
  keeper.reset();
  store.damaged = true;
  begin();
  EXPECT_EQ(clock->keptUs(), wall.nowUs());
}

TEST_F(TimeKeeperTest, WithoutTheDatabaseThereIsNoTime) {
  store.away = true;
  EXPECT_FALSE(resumeClock(clock.emplace(wall), store));
}

}  // namespace
}  // namespace colibri::app
