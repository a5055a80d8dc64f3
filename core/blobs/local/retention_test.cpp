#include <gtest/gtest.h>

#include "blobs/local/file_format.hpp"
#include "blobs/local/sweeper.hpp"
#include "blobs/testing/temporary_store.hpp"
#include "exec/manual_executor.hpp"
#include "exec/manual_timers.hpp"

namespace colibri::blobs::local {
namespace {

using testing::get;
using testing::noise;
using testing::put;
using testing::TemporaryStore;
using namespace std::chrono_literals;

TEST(BlobRetention, WhatIsTooOldGoesAlsoAfterARestart) {
  TemporaryStore store;
  const LocalStore::Options options{.maxBytes = TemporaryStore::kRoom, .keep = 3600s};
  store.open(options);
  const auto old = put(*store, "old");
  store.clock.advance(1800s);
  const auto young = put(*store, "young");
  store.clock.advance(1800s + 1us);
  store.open(options);
  store->sweep();
  EXPECT_FALSE(store->open(1, old.id));
  EXPECT_EQ(get(*store, young).value(), "young");
  EXPECT_EQ(store->counters().droppedByAge, 1U);
  EXPECT_EQ(store->counters().bytes, fileBytesOf(5));
}

TEST(BlobRetention, WithoutALimitOfAgeNothingIsOld) {
  TemporaryStore store;
  const auto info = put(*store, "old");
  store.clock.advance(std::chrono::hours(100'000));
  store->sweep();
  EXPECT_TRUE(store->open(1, info.id));
}

TEST(BlobRetention, TheOldestGoWhileThereAreTooManyBytes) {
  TemporaryStore store;
  std::vector<Info> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(put(*store, noise(kChunkBytes)));
    store.clock.advance(1s);
  }
  store.open({.maxBytes = 3 * fileBytesOf(kChunkBytes)});
  store->sweep();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(bool(store->open(1, all[i].id)), i >= 2) << i;
  EXPECT_EQ(store->counters().droppedForRoom, 2U);
  EXPECT_EQ(store->counters().bytes, 3 * fileBytesOf(kChunkBytes));
}

TEST(BlobRetention, BeyondAnEighthMoreNothingIsWrittenUntilItWasSwept) {
  TemporaryStore store;
  constexpr std::uint64_t kMost = std::uint64_t{8} << 20;
  store.open({.maxBytes = kMost});
  Result<void> written;
  unsigned blobs = 0;
  for (; written && blobs < 100; ++blobs) {
    auto writer = store->create({1, "", ""});
    written = writer ? (*writer)->write(noise(std::size_t{1} << 20)) : writer.error();
    if (!written) break;
    const auto done = (*writer)->commit();
    if (!done) written = done.error();
  }
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::busy);
  EXPECT_LE(store->counters().bytes, kMost + kMost / 8);
  EXPECT_GT(store->counters().bytes, kMost - kMost / 8);
  store->sweep();
  EXPECT_LE(store->counters().bytes, kMost);
  put(*store, "room again");
}

TEST(BlobRetention, OneBlobHasAQuarterAtMostSoThatItDrivesOutNoOther) {
  TemporaryStore store;
  store.open({.maxBytes = std::uint64_t{4} << 20});
  const auto other = put(*store, "other");
  const auto writer = store->create({1, "", ""}).value();
  ASSERT_TRUE(writer->write(noise(std::size_t{1} << 20)));
  const auto more = writer->write("x");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::invalidArgument);
  store->sweep();
  EXPECT_EQ(get(*store, other).value(), "other");
  EXPECT_EQ(store.files(), 1U);
}

TEST(BlobRetention, TheSweeperComesByItselfAndWhenThereIsTooMuch) {
  TemporaryStore store;
  store.open({.maxBytes = std::uint64_t{4} << 20, .keep = 90s});
  exec::ManualExecutor executor;
  exec::ManualTimers timers(store.clock);
  {
    const Sweeper sweeper(*store, executor, timers);
    EXPECT_EQ(executor.runAll(), 1U) << "at the start";
    put(*store, "old");
    timers.advance(2min);
    EXPECT_EQ(executor.runAll(), 1U) << "many ticks are one sweep";
    EXPECT_EQ(store->counters().droppedByAge, 1U);
    for (int i = 0; i < 4; ++i) put(*store, noise(1'000'000));
    EXPECT_EQ(executor.runAll(), 0U);
    put(*store, noise(300'000));
    EXPECT_EQ(executor.runAll(), 1U) << "there was too much";
    EXPECT_EQ(store->counters().droppedForRoom, 1U);
    timers.advance(1min);
  }
  executor.runAll();  // what it had asked for finds it gone
  timers.advance(2min);
  EXPECT_EQ(executor.runAll(), 0U);
}

}  // namespace
}  // namespace colibri::blobs::local
