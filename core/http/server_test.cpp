#include "http/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

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
std::string post(const std::string& target, const std::string& body) {
  return "POST " + target +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  Running running;
  ASSERT_TRUE(running.started);
  Client client(running.port());
  for (const auto* target : {"/first", "/second"}) {
    ASSERT_TRUE(client.send(get(target)));
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, target);
    EXPECT_EQ(answer.header("Server"), "Colibri");
    EXPECT_EQ(answer.header("Date").size(), 29u);
    EXPECT_EQ(answer.header("Connection"), "");
  }
  EXPECT_EQ(running.server.stats().requests, 2u);
}

TEST(HttpServer, DecodesPathSegmentsOnceAndDropsEmptyOnes) {
  Running running;
  Client client(running.port());
  client.send(get("/path//a%2Fb/%2541/?x=1"));
  EXPECT_EQ(client.receive().body, "path|a/b|%41|");
}

TEST(HttpServer, TakesARequestThatArrivesByteByByte) {
  Running running;
  Client client(running.port());
  for (const char c : post("/size", "hello") + get("/next")) {
    ASSERT_TRUE(client.send({&c, 1}));
  }
  EXPECT_EQ(client.receive().body, "5");
  EXPECT_EQ(client.receive().body, "/next");
}

TEST(HttpServer, AnswersAHundredPipelinedRequestsInOrder) {
  Running running;
  Client client(running.port());
  std::string all;
  for (int i = 0; i < 100; ++i) all += get((i % 3 == 0 ? "/thread/" : "/") + std::to_string(i));
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client.receive().body, (i % 3 == 0 ? "/thread/" : "/") + std::to_string(i));
  }
}

TEST(HttpServer, AnswersMorePipelinedRequestsThanOneTurnTakesAndTheirAnswersFill) {
  Running running({.outputBytes = 100});  // every answer holds up the next
  Client client(running.port());
  std::string all;
  for (int i = 0; i < 500; ++i) all += get("/" + std::to_string(i));
  ASSERT_TRUE(client.send(all));
  client.halfClose();
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.receive().body, "/" + std::to_string(i));
  EXPECT_TRUE(client.closedCleanly());
}

TEST(HttpServer, TakesChunkedBodiesAndIgnoresTrailers) {
  Running running;
  Client client(running.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;note=x\r\nhello\r\n7\r\n, world\r\n0\r\nContent-Type: evil\r\n\r\n" +
      get("/after"));
  EXPECT_EQ(client.receive().body, "hello, world");
  EXPECT_EQ(client.receive().body, "/after");
}

TEST(HttpServer, LeavesOutTheBodyForHeadButSaysItsLength) {
  Running running;
  Client client(running.port());
  client.send("HEAD /12345 HTTP/1.1\r\nHost: t\r\n\r\n" + get("/next"));
  const auto answer = client.receive(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"), "6");
  EXPECT_EQ(client.receive().body, "/next");
}

TEST(HttpServer, SendsNoLengthWith204) {
  Running running;
  Client client(running.port());
  client.send(get("/empty"));
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Content-Length"), "");
}

TEST(HttpServer, InvitesTheBodyOfAClientThatExpectsIt) {
  Running running;
  Client client(running.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send("ok");
  EXPECT_EQ(client.receive().body, "ok");
}

TEST(HttpServer, RefusesAnExpectedBodyThatIsTooLargeWithoutInvitingIt) {
  Running running;
  Client client(running.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive().status, 413);
  EXPECT_TRUE(client.closedCleanly());
}

TEST(HttpServer, GivesARouteTheBodyLimitOfItsPolicy) {
  Running running;
  Client client(running.port());
  ASSERT_TRUE(client.send(post("/upload", std::string(2 * 1024 * 1024, 'x'))));
  EXPECT_EQ(client.receive().body, std::to_string(2 * 1024 * 1024));
}

TEST(HttpServer, ClosesWhenTheClientAsksForIt) {
  Running running;
  Client client(running.port());
  client.send("GET /x HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  const auto answer = client.receive();
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.closedCleanly());
}

TEST(HttpServer, KeepsAnHttp10ConnectionOnlyWhenAsked) {
  Running running;
  Client keeps(running.port());
  keeps.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(keeps.receive().header("Connection"), "keep-alive");
  keeps.send("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(keeps.receive().header("Connection"), "close");
  EXPECT_TRUE(keeps.closedCleanly());
}

TEST(HttpServer, AnswersAParkedRequestFromAnotherThread) {
  Running running;
  Client client(running.port());
  client.send(get("/park"));
  auto responder = running.handler.parked();
  ASSERT_TRUE(responder);
  std::thread([r = std::move(responder)]() mutable { r.send(textResponse(201, "late")); }).join();
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "late");
}

TEST(HttpServer, ServesOthersWhileManyRequestsAreParked) {
  Running running({.loops = 1});
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(std::make_unique<Client>(running.port()));
    waiting.back()->send(get("/park"));
  }
  Client other(running.port());
  other.send(get("/now"));
  EXPECT_EQ(other.receive().body, "/now");
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    auto responder = running.handler.parked(i);
    ASSERT_TRUE(responder);
    responder.send(textResponse(200, "done"));
  }
  for (const auto& client : waiting) EXPECT_EQ(client->receive().body, "done");
}

TEST(HttpServer, TellsWhenTheClientOfAParkedRequestHasGone) {
  Running running;
  Client closes(running.port());
  closes.send(get("/park"));
  auto first = running.handler.parked(0);
  ASSERT_TRUE(first);
  closes.close();
  EXPECT_TRUE(running.handler.awaitGone(1));

  Client resets(running.port());
  resets.send(get("/park"));
  auto second = running.handler.parked(1);
  ASSERT_TRUE(second);
  resets.reset();
  EXPECT_TRUE(running.handler.awaitGone(2));

  second.send(textResponse(200, "too late"));  // goes nowhere, breaks nothing
  Client after(running.port());
  after.send(get("/alive"));
  EXPECT_EQ(after.receive().body, "/alive");
}

TEST(HttpServer, RunsAWatcherThatComesAfterTheClientHasGone) {
  Running running;
  Client client(running.port());
  client.send(get("/park"));
  auto responder = running.handler.parked();
  ASSERT_TRUE(responder);
  client.close();
  ASSERT_TRUE(running.handler.awaitGone(1));
  std::mutex mutex;
  std::condition_variable changed;
  bool called = false;
  responder.onGone([&] {
    const std::lock_guard lock(mutex);
    called = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, kBound, [&] { return called; }));
}

TEST(HttpServer, StillAnswersAClientThatClosedOnlyItsSendingHalf) {
  Running running;
  Client client(running.port());
  client.send(get("/park"));
  auto responder = running.handler.parked();
  ASSERT_TRUE(responder);
  client.halfClose();
  ASSERT_TRUE(running.handler.awaitGone(1));
  responder.send(textResponse(200, "here"));
  EXPECT_EQ(client.receive().body, "here");
  EXPECT_TRUE(client.closedCleanly());
}

TEST(HttpServer, Answers500ForADroppedResponderAndForAThrowingHandler) {
  Running running;
  for (const auto* target : {"/drop", "/throw"}) {
    Client client(running.port());
    client.send(get(target) + get("/next"));
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body, R"({"status":500,"error":"Internal Server Error",)"
                           R"("response":{"message":["Internal server error"]}})");
    EXPECT_EQ(client.receive().body, "/next");
  }
  EXPECT_EQ(running.server.stats().dropped, 2u);
}

TEST(HttpServer, NeverLetsAHeaderValueSplitTheAnswer) {
  Running running;
  Client client(running.port());
  client.send(get("/split"));
  const auto answer = client.receive();
  EXPECT_EQ(answer.header("X-Name"), "a  X-Injected: yes");
  EXPECT_EQ(answer.header("X-Injected"), "");
}

TEST(HttpServer, StopsWithRequestsParkedAndAnswersGoNowhere) {
  auto running = std::make_unique<Running>();
  Client client(running->port());
  client.send(get("/park"));
  auto responder = running->handler.parked();
  ASSERT_TRUE(responder);
  running->server.stop();
  EXPECT_TRUE(running->handler.awaitGone(1));
  EXPECT_EQ(client.receive().status, 0);
  running.reset();
  responder.send(textResponse(200, "nobody"));
}

TEST(HttpServer, RefusesAPortThatIsTakenEvenByAnotherSharingListener) {
  Running first({.loops = 2});
  ASSERT_TRUE(first.started);
  testing::ScriptedHandler handler;
  Server second({.port = first.port(), .loops = 2}, handler);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::conflict);
}

TEST(HttpServer, SaysWhatIsWrongWithItsHost) {
  testing::ScriptedHandler handler;
  Server server({.host = "192.0.2.1"}, handler);  // TEST-NET: nobody's address
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::invalidArgument);
}

}  // namespace
}  // namespace colibri::http
