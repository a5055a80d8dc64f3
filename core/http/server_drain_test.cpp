#include <gtest/gtest.h>

#include <future>

#include "http/server.hpp"
#include "http/testing_client.hpp"
#include "http/testing_handler.hpp"

namespace colibri::http {
namespace {

using testing::Client;
using testing::kBound;
using testing::Running;
using namespace std::chrono_literals;

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

TEST(HttpServerDrain, FinishesWhatIsInFlightAndClosesTheRest) {
  Running running({.loops = 1});
  Client idle(running.port());
  idle.send(get("/before"));
  EXPECT_EQ(idle.receive().status, 200);
  Client busy(running.port());
  busy.send(get("/park"));
  auto responder = running.handler.parked();
  ASSERT_TRUE(responder);

  auto drained = std::async(std::launch::async, [&] { return running.server.drain(kBound); });
  EXPECT_TRUE(idle.closedCleanly());  // only a drain that has begun does that
  responder.send(textResponse(200, "finished"));
  const auto answer = busy.receive();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.closedCleanly());
  EXPECT_TRUE(drained.get());
  EXPECT_FALSE(Client(running.port()).connected());
}

TEST(HttpServerDrain, LetsARequestFinishArriving) {
  Running running({.loops = 1});
  Client idle(running.port());
  idle.send(get("/before"));
  EXPECT_EQ(idle.receive().status, 200);
  Client slow(running.port());
  slow.send("POST /size HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(slow.receive().status, 100);  // the server is reading it

  auto drained = std::async(std::launch::async, [&] { return running.server.drain(kBound); });
  EXPECT_TRUE(idle.closedCleanly());
  slow.send("0123456789");
  EXPECT_EQ(slow.receive().body, "10");
  slow.close();
  EXPECT_TRUE(drained.get());
}

TEST(HttpServerDrain, GivesUpAtItsDeadlineAndStopClosesWhatIsLeft) {
  Running running;
  Client busy(running.port());
  busy.send(get("/park"));
  auto responder = running.handler.parked();
  ASSERT_TRUE(responder);
  EXPECT_FALSE(running.server.drain(20ms));
  running.server.stop();
  EXPECT_TRUE(running.handler.awaitGone(1));
  EXPECT_EQ(busy.receive().status, 0);
  responder.send(textResponse(200, "too late"));
}

TEST(HttpServerDrain, IsOverAtOnceWithNobodyThere) {
  Running running;
  EXPECT_TRUE(running.server.drain(kBound));
}

TEST(HttpServerDrain, AnswersWhoWasStillInTheQueueOfTheListener) {
  // Connect and drain race on purpose: an accepted request is answered, never reset.
  for (int round = 0; round < 50; ++round) {
    Running running({.loops = 2});
    Client client(running.port());
    ASSERT_TRUE(client.connected());
    ASSERT_TRUE(client.send(get("/queued")));
    auto drained = std::async(std::launch::async, [&] { return running.server.drain(kBound); });
    EXPECT_EQ(client.receive().body, "/queued");
    client.close();
    EXPECT_TRUE(drained.get());
  }
}

}  // namespace
}  // namespace colibri::http
