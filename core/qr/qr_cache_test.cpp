#include "qr/qr_cache.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "qr/data_url.hpp"

namespace colibri::qr {
namespace {

TEST(QrCache, DrawsTheSameCodeOnce) {
  QrCache cache;
  const auto first = cache.pngDataUrl("2@abc");
  const auto second = cache.pngDataUrl("2@abc");
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(*first, *pngDataUrl("2@abc"));
  EXPECT_EQ(cache.drawn(), 1u);
}

TEST(QrCache, ForgetsTheOneNotUsedForLongest) {
  QrCache cache(2);
  for (const auto* text : {"a", "b", "a", "c", "a"}) ASSERT_TRUE(cache.pngDataUrl(text));
  EXPECT_EQ(cache.drawn(), 3u);
  ASSERT_TRUE(cache.pngDataUrl("b"));
  EXPECT_EQ(cache.drawn(), 4u);
}

TEST(QrCache, DoesNotRememberFailures) {
  QrCache cache;
  EXPECT_FALSE(cache.pngDataUrl(""));
  EXPECT_FALSE(cache.pngDataUrl(""));
  EXPECT_EQ(cache.drawn(), 2u);
}

TEST(QrCache, ManyThreadsGetTheSamePictures) {
  QrCache cache;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 20; ++i) EXPECT_TRUE(cache.pngDataUrl(std::to_string(i % 5)));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(cache.drawn(), 5u);
}

}  // namespace
}  // namespace colibri::qr
