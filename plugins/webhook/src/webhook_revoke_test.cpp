#include <gmock/gmock.h>

#include <atomic>
#include <colibri/testing/fake_host.hpp>
#include <thread>

#include "webhook_plugin.hpp"

namespace colibri::webhook {
namespace {

using colibri::testing::FakeHost;
using colibri::testing::makeEvent;

TEST(WebhookRevoke, FromAnotherThreadLeavesEveryDeliveryWithExactlyOneAnswer) {
  FakeHost host(sdk::detail::Adapter<WebhookPlugin>::kDescriptor);
  ASSERT_EQ(host.load(), COLIBRI_OK) << host.error();
  ASSERT_EQ(host.start(), COLIBRI_OK) << host.error();
  ASSERT_EQ(host.settings(1, R"({"url":"https://sink.test/"})"), COLIBRI_OK);
  constexpr std::uint64_t kEvents = 500;
  std::atomic<std::uint64_t> latest{0};
  std::thread revoker([&] {
    for (std::uint64_t token = 1; token <= kEvents; token += 2) {
      while (latest.load() < token) std::this_thread::yield();
      host.revoke(token);
      host.revoke(token + 1 + token % 3);  // some that are not there yet
    }
  });
  const auto event = makeEvent();
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    latest =
        i + 1;  // the host's tokens count from 1, so a revoke may come in the middle of deliver()
    ASSERT_EQ(host.deliver(event), i + 1);
    host.answerHttp(host.httpCalls().back().userToken, {.httpStatus = 200});
  }
  revoker.join();
  host.pump();
  std::size_t acknowledged = 0;
  for (std::uint64_t token = 1; token <= kEvents; ++token) {
    const auto outcome = host.outcome(token);
    ASSERT_TRUE(outcome) << token;
    EXPECT_TRUE(outcome->status == COLIBRI_OK || outcome->status == COLIBRI_E_CANCELLED)
        << outcome->status;
    acknowledged += outcome->status == COLIBRI_OK ? 1 : 0;
  }
  EXPECT_GT(acknowledged, 0U);
  EXPECT_THAT(host.violations(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace colibri::webhook
