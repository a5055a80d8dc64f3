#include <colibri/sdk/mailbox.hpp>

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <thread>

namespace {

using colibri::sdk::Mailbox;

bool readable(int fd, int waitMs = 0) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, waitMs) == 1;
}

TEST(Mailbox, IsReadableWhileThereIsSomethingToTake) {
  Mailbox<std::unique_ptr<int>> mailbox;
  EXPECT_FALSE(readable(mailbox.fd()));
  EXPECT_TRUE(mailbox.take().empty());
  mailbox.post(std::make_unique<int>(1));
  mailbox.post(std::make_unique<int>(2));
  EXPECT_TRUE(readable(mailbox.fd()));
  const auto taken = mailbox.take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(*taken[0], 1);
  EXPECT_EQ(*taken[1], 2);
  EXPECT_FALSE(readable(mailbox.fd()));
  mailbox.wake();
  EXPECT_TRUE(readable(mailbox.fd())) << "woken for nothing";
  EXPECT_TRUE(mailbox.take().empty());
}

TEST(Mailbox, HasEverythingOfManyThreadsEachInItsOrder) {
  constexpr int kThreads = 4, kEach = 5'000;
  Mailbox<std::pair<int, int>> mailbox;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&mailbox, t] {
      for (int i = 0; i < kEach; ++i) mailbox.post({t, i});
    });
  int next[kThreads] = {};
  for (int all = 0; all < kThreads * kEach;) {
    ASSERT_TRUE(readable(mailbox.fd(), 20'000)) << "posted, and nobody was woken";
    for (const auto& [thread, number] : mailbox.take()) {
      ASSERT_EQ(number, next[thread]++);
      ++all;
    }
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
