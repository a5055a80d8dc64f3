#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <thread>

#include "net/test_client.hpp"
#include "net/test_names.hpp"
#include "net/test_server.hpp"

namespace colibri::net {
namespace {

using test::allowing;
using test::answer;
using test::exchange;
using test::Pending;
using test::post;
using test::start;
using test::TestServer;
using namespace std::chrono_literals;

const SystemClock kClock;

TEST(HttpClientLimits, FiftyHostsThatHangDoNotDelayAFastOne) {
  TestServer hanging([](const auto&) { return test::hang(); });
  TestServer fast([](const auto&) { return answer("200 OK"); });
  test::Names names;
  CurlHttpClient client(allowing({"loopback"}), kClock);
  std::vector<Pending> stuck;
  for (int host = 0; host < 50; ++host) {
    const auto name = "host" + std::to_string(host) + ".test";
    if (host % 5 == 0)
      names.hang(name);  // never even resolves
    else
      names.answer(name, {{"127.0.0.1"}});
    for (int i = 0; i < 8; ++i) stuck.push_back(start(client, post(hanging.url("/", name))));
  }
  ASSERT_TRUE(hanging.waitForRequests(80));
  ASSERT_TRUE(names.waitForHanging(10));
  for (int i = 0; i < 50; ++i) {
    const auto got = exchange(client, post(fast.url()));
    ASSERT_EQ(got.status, 200U);
    EXPECT_LT(got.total, 1s);
  }
  EXPECT_EQ(hanging.mostOpen(), 80U) << "two sockets for each of the forty that resolve";
  for (const auto& request : stuck) EXPECT_FALSE(request.ready());
  client.shutdown();
  for (auto& request : stuck) EXPECT_EQ(test::code(request.get()), Errc::shuttingDown);
}

TEST(HttpClientLimits, ALookupThatHangsTimesOutWithoutHoldingUpTheRest) {
  TestServer fast([](const auto&) { return answer("200 OK"); });
  test::Names names;
  names.hang("stuck.test");
  CurlHttpClient client(allowing({"loopback"}), kClock);
  auto request = post("http://stuck.test/");
  request.timeout = 100ms;
  EXPECT_EQ(test::code(exchange(client, request)), Errc::timeout);
  request.timeout = 20s;
  const auto second = start(client, request);
  ASSERT_TRUE(names.waitForHanging(2));
  client.cancel(second.id);
  EXPECT_EQ(exchange(client, post(fast.url())).status, 200U);
}

TEST(HttpClientLimits, AHostThatAnswersGetsEightSocketsAndOneThatFailsTwo) {
  std::array<std::promise<void>, 3> gates;
  std::array<std::shared_future<void>, 3> open;
  for (std::size_t i = 0; i < gates.size(); ++i) open[i] = gates[i].get_future().share();
  std::atomic<std::size_t> seen{0};
  TestServer server([&](const test::Request& r) {
    open[r.has("/down") ? 2 : seen++ < 2 ? 0 : 1].wait();
    return r.has("/down") ? answer("503 Down") : answer("200 OK");
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  const auto flood = [&](const char* path) {
    std::vector<Pending> all;
    for (int i = 0; i < 30; ++i) all.push_back(start(client, post(server.url(path))));
    return all;
  };
  auto first = flood("/");
  ASSERT_TRUE(server.waitForRequests(2));
  EXPECT_EQ(client.counters().running, 2U) << "nothing is known about it yet";
  gates[0].set_value();
  ASSERT_TRUE(server.waitForRequests(10));
  EXPECT_EQ(client.counters().running, 8U);
  gates[1].set_value();
  for (auto& request : first) EXPECT_EQ(request.get().status, 200U);
  EXPECT_EQ(server.mostOpen(), 8U);

  auto second = flood("/down");
  ASSERT_TRUE(server.waitForRequests(32));
  EXPECT_EQ(client.counters().running, 2U) << "an idle host is unproven again";
  gates[2].set_value();
  for (auto& request : second) EXPECT_EQ(request.get().status, 503U);
  EXPECT_EQ(server.mostOpen(), 8U);
}

TEST(HttpClientLimits, WhatWaitsTooLongForAConnectionIsGivenBackUnsentAndIsNoTimeout) {
  TestServer server([](const auto&) { return test::hang(); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  std::vector<Pending> all;
  for (int i = 0; i < 2; ++i) all.push_back(start(client, post(server.url())));
  ASSERT_TRUE(server.waitForRequests(2));
  auto request = post(server.url());
  request.timeout = 50ms;
  const auto got = exchange(client, request);
  EXPECT_EQ(test::code(got), Errc::busy);
  EXPECT_THAT(got.outcome.error().message, testing::HasSubstr("became free"));
  EXPECT_EQ(server.requests(), 2U);
  EXPECT_EQ(client.counters().givenBack, 1U);
  EXPECT_EQ(client.counters().timedOut, 0U);
}

TEST(HttpClientLimits, SlowEndpointsOfOthersOnTheSameHostAndPortDoNotDelayAQuickOne) {
  TestServer server([](const test::Request& r) {
    return r.has("/slow") && !r.has("/slow/first") ? test::hang() : answer("200 OK");
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  const auto of = [&](InstanceKey instance, const char* path) {
    auto request = post(server.url(path));
    request.instance = instance;
    return request;
  };
  std::vector<Pending> stuck;
  constexpr InstanceKey kSlow = 20, kQuick = 1000;
  for (InstanceKey slow = 1; slow <= kSlow; ++slow) {
    ASSERT_EQ(exchange(client, of(slow, "/slow/first")).status, 200U);
    for (int i = 0; i < 8; ++i) stuck.push_back(start(client, of(slow, "/slow")));
  }
  for (int i = 0; i < 20; ++i) {
    const auto got = exchange(client, of(kQuick, "/quick"));
    ASSERT_EQ(got.status, 200U);
    EXPECT_LT(got.total, 1s);
  }
  EXPECT_GE(client.counters().running, kSlow) << "each of them has one at least";
  EXPECT_LE(client.counters().running, kSlow + 16);
}

TEST(HttpClientLimits, AFullQueueIsBusy) {
  TestServer server([](const auto&) { return test::hang(); });
  auto options = allowing({"loopback"});
  options.maxQueued = 3;
  CurlHttpClient client(std::move(options), kClock);
  std::vector<Pending> all;
  for (std::size_t i = 1; i <= 2; ++i) {
    all.push_back(start(client, post(server.url())));
    ASSERT_TRUE(server.waitForRequests(i));
  }
  for (int i = 0; i < 3; ++i) all.push_back(start(client, post(server.url())));
  const auto refused =
      client.send(post(server.url()), [](HttpAnswer) { ADD_FAILURE() << "done was called"; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::busy);
}

TEST(HttpClientLimits, CancelEndsARunningAndAWaitingRequestOnce) {
  TestServer server([](const auto&) { return test::hang(); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  std::vector<Pending> all;
  for (int i = 0; i < 3; ++i) all.push_back(start(client, post(server.url())));
  ASSERT_TRUE(server.waitForRequests(2));
  for (const auto i : {2, 0, 1}) {
    client.cancel(all[static_cast<std::size_t>(i)].id);
    EXPECT_EQ(test::code(all[static_cast<std::size_t>(i)].get()), Errc::cancelled);
    client.cancel(all[static_cast<std::size_t>(i)].id);
  }
  client.cancel(12345);
  EXPECT_EQ(client.counters().cancelled, 3U);
  EXPECT_EQ(client.counters().running, 0U);
}

TEST(HttpClientLimits, ShutdownAnswersEverythingAndRefusesMore) {
  TestServer server([](const auto&) { return test::hang(); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  std::vector<Pending> all;
  for (int i = 0; i < 10; ++i) all.push_back(start(client, post(server.url())));
  client.shutdown();
  client.shutdown();
  for (auto& request : all) EXPECT_EQ(test::code(request.get()), Errc::shuttingDown);
  const auto refused =
      client.send(post(server.url()), [](HttpAnswer) { ADD_FAILURE() << "done was called"; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::shuttingDown);
}

TEST(HttpClientLimits, ManyThreadsSendAndCancelAndEveryAnswerComesOnce) {
  TestServer server([](const auto&) { return answer("200 OK", "ok"); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  std::atomic<int> answers{0};
  std::promise<void> allDone;
  constexpr int kThreads = 4, kEach = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const auto id = client.send(post(server.url()), [&](HttpAnswer) {
          if (++answers == kThreads * kEach) allDone.set_value();
        });
        ASSERT_TRUE(id);
        if (i % 7 == 0) client.cancel(*id);
      }
    });
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(allDone.get_future().wait_for(30s), std::future_status::ready);
  EXPECT_LE(server.mostOpen(), 8U + 2U) << "a cancelled one's socket may be closing still";
  const auto counters = client.counters();
  EXPECT_EQ(counters.answered + counters.cancelled, std::uint64_t{kThreads * kEach});
}

TEST(HttpClientLimits, ACallbackMaySendTheNextRequest) {
  TestServer server([](const auto&) { return answer("200 OK"); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  std::promise<unsigned> second;
  const auto first = client.send(post(server.url()), [&](HttpAnswer) {
    const auto next =
        client.send(post(server.url()), [&](HttpAnswer a) { second.set_value(a.status); });
    EXPECT_TRUE(next);
  });
  ASSERT_TRUE(first);
  auto status = second.get_future();
  ASSERT_EQ(status.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(status.get(), 200U);
}

}  // namespace
}  // namespace colibri::net
