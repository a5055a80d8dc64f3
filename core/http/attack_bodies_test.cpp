// What a stranger, one tenant or one host can do to the others with the bodies of requests.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "http/server.hpp"
#include "http/testing_client.hpp"
#include "http/testing_handler.hpp"

namespace colibri::http {
namespace {

using testing::Client;
using testing::Running;
using namespace std::chrono_literals;

constexpr std::size_t kMegabyte = 1'000'000;
const std::string kMuch(900'000, 'x');  // of a body of a megabyte
const std::string kGet = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";

std::string announce(const std::string& headers, std::size_t length = kMegabyte) {
  return "POST /size HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(length) + "\r\n" +
         headers + "\r\n\r\n";
}

/// Clients that have sent most of a body, and wait.
class Held {
 public:
  explicit Held(Running& running) : running_(running), clock_(running.port()) {}

  void add(const std::string& headers) {
    clients_.push_back(std::make_unique<Client>(running_.port()));
    clients_.back()->send(announce(headers) + kMuch);
  }
  Client& operator[](std::size_t index) { return *clients_[index]; }
  void clear() { clients_.clear(); }

  /// Until so many bytes are held; the requests of somebody else are the clock.
  ::testing::AssertionResult await(std::size_t bytes) {
    for (int i = 0; i < 20'000; ++i) {
      if (running_.server.stats().bodyBytes == bytes) return ::testing::AssertionSuccess();
      clock_.send(kGet);
      if (clock_.receive().status != 200) break;
    }
    return ::testing::AssertionFailure() << running_.server.stats().bodyBytes << " are held";
  }

 private:
  Running& running_;
  Client clock_;
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST(AttackWithBodies, AStrangerIsRefusedAtTheHeadAndNothingOfTheBodyIsWaitedFor) {
  Running running({.lingerTimeout = 20s});
  for (const std::string headers :
       {"Refuse: 401", "Refuse: 401\r\nExpect: 100-continue", "Refuse: 404"}) {
    Client stranger(running.port());
    stranger.send(announce(headers));
    const auto answer = stranger.receive();
    EXPECT_EQ(answer.status, headers.find("404") == std::string::npos ? 401 : 404) << headers;
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(stranger.closedCleanly());
  }
  Client stranger(running.port());
  stranger.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nRefuse: 401\r\n\r\n");
  EXPECT_EQ(stranger.receive().status, 401);
  EXPECT_TRUE(stranger.closedCleanly());
}

TEST(AttackWithBodies, BodiesOfStrangersTakeNoMemoryFromWhoHasAKey) {
  Running running({.loops = 1, .totalBodyBytes = 8 * kMegabyte});
  std::vector<std::unique_ptr<Client>> strangers;
  for (int i = 0; i < 40; ++i) {
    strangers.push_back(std::make_unique<Client>(running.port()));
    strangers.back()->send(announce("Refuse: 401"));
    EXPECT_EQ(strangers.back()->receive().status, 401);
    strangers.back()->send(kMuch);
  }
  Client keyed(running.port());
  keyed.send(announce("Tenant: 1") + kMuch + std::string(kMegabyte - kMuch.size(), 'y'));
  EXPECT_EQ(keyed.receive().body, std::to_string(kMegabyte));
  EXPECT_EQ(running.server.stats().bodyBytes, 0U);
}

TEST(AttackWithBodies, ABodyThatHasComeIsSteppedOverAndTheNextRequestIsTheNext) {
  Running running;
  Client client(running.port());
  for (int i = 0; i < 3; ++i) {
    client.send(announce("Refuse: 401", kGet.size()) + kGet + kGet);
    const auto refused = client.receive();
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.header("Connection"), "");
    EXPECT_EQ(client.receive().body, "/hello");
  }
  EXPECT_EQ(running.server.stats().requests, 6U) << "no body was taken for a request";
}

TEST(AttackWithBodies, ABodyThatHasNotComeIsNeverTakenForARequest) {
  Running running({.lingerTimeout = 20s});
  Client client(running.port());
  client.send(announce("Refuse: 401", 2 * kGet.size()) + kGet);
  EXPECT_EQ(client.receive().status, 401);
  client.send(kGet + kGet);
  EXPECT_TRUE(client.closedCleanly());
  EXPECT_EQ(running.server.stats().requests, 1U);
}

TEST(AttackWithBodies, OneTenantCannotTakeTheMemoryOfTheOthers) {
  Running running({.loops = 1, .totalBodyBytes = 8 * kMegabyte});
  Held held(running);
  held.add("Tenant: 1");
  ASSERT_TRUE(held.await(kMuch.size()));
  Client again(running.port());
  again.send(announce("Tenant: 1") + kMuch);
  const auto refused = again.receive();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_NE(refused.body.find("with this key (1000000 bytes, by server.body_memory_bytes)"),
            std::string::npos)
      << refused.body;
  EXPECT_EQ(running.server.stats().bodiesOverShare, 1U);
  Client other(running.port());
  other.send(announce("Tenant: 2", kMuch.size()) + kMuch);
  EXPECT_EQ(other.receive().status, 200);
  held[0].send(std::string(kMegabyte - kMuch.size(), 'y'));
  EXPECT_EQ(held[0].receive().status, 200);
}

TEST(AttackWithBodies, AllTenantsTogetherLeaveTheOwnerHisPart) {
  Running running({.loops = 1, .totalBodyBytes = 8 * kMegabyte});
  Held held(running);
  for (int i = 1; i <= 6; ++i) held.add("Tenant: " + std::to_string(i));
  ASSERT_TRUE(held.await(6 * kMuch.size()));
  Client seventh(running.port());
  seventh.send(announce("Tenant: 7") + kMuch);
  const auto refused = seventh.receive();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(running.server.stats().bodiesOverTotal, 1U);
  Client owner(running.port());
  owner.send(announce("Tenant: owner", kMuch.size()) + kMuch);
  EXPECT_EQ(owner.receive().status, 200);
  held.clear();
  ASSERT_TRUE(held.await(0)) << "who goes gives back what he held";
  Client eighth(running.port());
  eighth.send(announce("Tenant: 7", kMuch.size()) + kMuch);
  EXPECT_EQ(eighth.receive().status, 200);
}

TEST(AttackWithBodies, WhoHangsUpDoesNotHideWhatHisRequestHolds) {
  Running running({.loops = 1});
  Held held(running);
  Client client(running.port());
  client.send("POST /park HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n" +
              std::string(1000, 'x'));
  auto responder = running.handler.parked();
  client.reset();
  ASSERT_TRUE(running.handler.awaitGone(1));
  EXPECT_TRUE(held.await(1000));
  responder.send(textResponse(200, "too late"));
  EXPECT_TRUE(held.await(0));
}

TEST(AttackWithConnections, OneHostHasItsNumberAndTheOthersTheirs) {
  std::atomic<std::uint64_t> from{1};
  Running running(
      {.loops = 1, .maxPerHost = 2, .hostOf = [&](const auto&) -> std::uint64_t { return from; }});
  const auto enters = [&](Client& client) {
    client.send(kGet);
    return client.receive();
  };
  Client first(running.port()), second(running.port());
  EXPECT_EQ(enters(first).status, 200);
  EXPECT_EQ(enters(second).status, 200);
  Client third(running.port());
  const auto refused = third.receive();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "5");
  EXPECT_NE(refused.body.find("(2, by server.connections_per_address)"), std::string::npos)
      << refused.body;
  EXPECT_TRUE(third.closedCleanly());
  EXPECT_EQ(running.server.stats().refusedOfHost, 1U);
  from = 2;
  Client other(running.port());
  EXPECT_EQ(enters(other).status, 200);
  from = 0;  // a proxy's
  Client many[3] = {Client(running.port()), Client(running.port()), Client(running.port())};
  for (auto& client : many) EXPECT_EQ(enters(client).status, 200);
  from = 1;
  first.close();
  while (running.server.stats().connections > 5) EXPECT_EQ(enters(other).status, 200);
  Client fourth(running.port());
  EXPECT_EQ(enters(fourth).status, 200);
}

}  // namespace
}  // namespace colibri::http
