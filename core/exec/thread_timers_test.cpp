#include "exec/thread_timers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace colibri::exec {
namespace {

using std::chrono::milliseconds;
constexpr std::chrono::seconds kBound{20};

TEST(ThreadTimers, RunEarlierOnesFirstWhateverTheOrderOfAsking) {
  ThreadTimers timers;
  std::promise<void> all;
  std::vector<int> seen;  // only the timers' thread touches it before `all`
  const auto see = [&](int what) {
    seen.push_back(what);
    if (seen.size() == 3) all.set_value();
  };
  timers.after(milliseconds(60), [&] { see(3); });
  timers.after(milliseconds(5), [&] { see(1); });
  timers.after(milliseconds(30), [&] { see(2); });
  ASSERT_EQ(all.get_future().wait_for(kBound), std::future_status::ready);
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3}));
}

TEST(ThreadTimers, NeverRunTooEarly) {
  ThreadTimers timers;
  std::promise<std::chrono::steady_clock::time_point> ran;
  const auto asked = std::chrono::steady_clock::now();
  timers.after(milliseconds(25), [&] { ran.set_value(std::chrono::steady_clock::now()); });
  auto when = ran.get_future();
  ASSERT_EQ(when.wait_for(kBound), std::future_status::ready);
  EXPECT_GE(when.get() - asked, milliseconds(25));
}

TEST(ThreadTimers, RunOnAnotherThreadThanTheCaller) {
  ThreadTimers timers;
  std::promise<std::thread::id> ran;
  timers.after(milliseconds(0), [&] { ran.set_value(std::this_thread::get_id()); });
  auto who = ran.get_future();
  ASSERT_EQ(who.wait_for(kBound), std::future_status::ready);
  EXPECT_NE(who.get(), std::this_thread::get_id());
}

TEST(ThreadTimers, ACancelledOneDoesNotRunAndLetsGoOfWhatItOwned) {
  ThreadTimers timers;
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  const auto id =
      timers.after(std::chrono::hours(1), [owned = std::move(owned)] { FAIL() << *owned; });
  timers.cancel(id);
  EXPECT_TRUE(watch.expired());
}

TEST(ThreadTimers, DropWhatIsPendingWhenTheyEnd) {
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  {
    ThreadTimers timers;
    timers.after(std::chrono::hours(1), [owned = std::move(owned)] { FAIL() << *owned; });
  }
  EXPECT_TRUE(watch.expired());
}

TEST(ThreadTimers, ManyThreadsMayAskAndCancelAtOnce) {
  ThreadTimers timers;
  std::atomic<int> ran{0};
  std::promise<void> all;
  constexpr int kEach = 200, kThreads = 4;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        timers.after(milliseconds(i % 5), [&] {
          if (ran.fetch_add(1) + 1 == kEach * kThreads) all.set_value();
        });
        timers.cancel(timers.after(std::chrono::hours(1), [] { FAIL(); }));
      }
    });
  }
  EXPECT_EQ(all.get_future().wait_for(kBound), std::future_status::ready);
}

}  // namespace
}  // namespace colibri::exec
