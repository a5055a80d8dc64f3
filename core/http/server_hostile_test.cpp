#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
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

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";

std::string withHeader(const std::string& header, const std::string& after = "") {
  return "POST /echo HTTP/1.1\r\nHost: t\r\n" + header + "\r\n\r\n" + after;
}

struct Hostile {
  const char* name;
  std::string bytes;
  int status;
};

void PrintTo(const Hostile& hostile, std::ostream* out) {
  *out << hostile.name;
}

class HostileInput : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileInput, IsAnsweredInTheEnvelopeThenTheConnectionEndsAndOthersAreServed) {
  Running running({.headTimeout = 20s, .lingerTimeout = 20s});
  Client bystander(running.port());
  bystander.send(kHello);
  EXPECT_EQ(bystander.receive().status, 200);

  Client client(running.port());
  // What follows must not be taken for a request: that would be smuggling.
  client.send(GetParam().bytes + kHello);
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.header("Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(answer.header("Connection"), "close");
  const auto prefix = "{\"status\":" + std::to_string(GetParam().status) + ",\"error\":\"";
  EXPECT_TRUE(answer.body.starts_with(prefix)) << answer.body;
  EXPECT_NE(answer.body.find("\"response\":{\"message\":[\""), std::string::npos);
  EXPECT_TRUE(client.closedCleanly());

  bystander.send(kHello);
  EXPECT_EQ(bystander.receive().status, 200);
  EXPECT_EQ(running.server.stats().requests, 2u);
  EXPECT_EQ(running.server.stats().protocolErrors, 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostileInput,
    ::testing::Values(
        Hostile{"Garbage", "\x16\x03\x01 garbage\r\n\r\n", 400},
        Hostile{"HeadOf17Kilobytes", withHeader("X-Big: " + std::string(17 * 1024, 'x')), 431},
        Hostile{"TargetOf17Kilobytes",
                "GET /" + std::string(17 * 1024, 'x') + " HTTP/1.1\r\nHost: t\r\n\r\n", 431},
        Hostile{"HeadersThatNeverEnd",
                "GET / HTTP/1.1\r\nHost: t\r\n" +
                    [] {
                      std::string many;
                      for (int i = 0; i < 5000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
                      return many;
                    }(),
                431},
        Hostile{"BodyOf2Megabytes",
                withHeader("Content-Length: 2097152", std::string(2097152, 'x')), 413},
        Hostile{"ChunksOf2Megabytes",
                withHeader("Transfer-Encoding: chunked",
                           "200000\r\n" + std::string(2097152, 'x') + "\r\n0\r\n\r\n"),
                413},
        Hostile{"ManyChunksOverTheLimit",
                withHeader("Transfer-Encoding: chunked",
                           [] {
                             std::string chunks;
                             for (int i = 0; i < 17; ++i)
                               chunks += "10000\r\n" + std::string(65536, 'x') + "\r\n";
                             return chunks + "0\r\n\r\n";
                           }()),
                413},
        Hostile{"ChunkSizeThatIsNoNumber", withHeader("Transfer-Encoding: chunked", "zz\r\nhi\r\n"),
                400},
        Hostile{"ChunkSizeThatOverflows",
                withHeader("Transfer-Encoding: chunked", "fffffffffffffffff\r\nhi\r\n"), 400},
        Hostile{"NegativeChunkSize", withHeader("Transfer-Encoding: chunked", "-5\r\nhello\r\n"),
                400},
        Hostile{"ChunkLongerThanItsSize",
                withHeader("Transfer-Encoding: chunked", "2\r\nhello\r\n0\r\n\r\n"), 400},
        Hostile{"ChunkExtensionWithoutEnd",
                withHeader("Transfer-Encoding: chunked", "1;" + std::string(8192, 'e')), 400},
        Hostile{"LengthAndChunked",
                withHeader("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
        Hostile{"ChunkedAndLength",
                withHeader("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), 400},
        Hostile{"TwoLengths", withHeader("Content-Length: 5\r\nContent-Length: 6", "hello"), 400},
        Hostile{"TwoEqualLengths", withHeader("Content-Length: 5\r\nContent-Length: 5", "hello"),
                400},
        Hostile{"ListOfLengths", withHeader("Content-Length: 5, 5", "hello"), 400},
        Hostile{"NegativeLength", withHeader("Content-Length: -1"), 400},
        Hostile{"LengthWithSign", withHeader("Content-Length: +5", "hello"), 400},
        Hostile{"HexLength", withHeader("Content-Length: 0x5", "hello"), 400},
        Hostile{"EmptyLength", withHeader("Content-Length:"), 400},
        Hostile{"LengthThatOverflows", withHeader("Content-Length: 99999999999999999999999"), 400},
        Hostile{"UnknownTransferEncoding", withHeader("Transfer-Encoding: gzip", "x"), 501},
        Hostile{"ListedTransferEncoding",
                withHeader("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501},
        Hostile{"ObscuredTransferEncoding", withHeader("Transfer-Encoding: xchunked", "0\r\n\r\n"),
                501},
        Hostile{"TwoTransferEncodings",
                withHeader("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
                400},
        Hostile{"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400},
        Hostile{"SpaceBeforeColon", withHeader("Content-Length : 5", "hello"), 400},
        Hostile{"BareLineFeeds", "GET / HTTP/1.1\nHost: t\n\n\r\n\r\n", 400},
        Hostile{"BareLineFeedInValue", withHeader("X-A: b\nContent-Length: 5"), 400},
        Hostile{"BareCarriageReturnInValue", withHeader("X-A: b\rContent-Length: 5"), 400},
        Hostile{"ZeroByteInValue", withHeader(std::string("X-A: b\0c", 8)), 400},
        Hostile{"ControlByteInTarget", "GET /a\x01 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
        Hostile{"HeaderWithoutName", withHeader(": value"), 400},
        Hostile{"BadPercentEncoding", "GET /a%zz HTTP/1.1\r\nHost: t\r\n\r\n", 400},
        Hostile{"CutPercentEncoding", "GET /a%4 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
        Hostile{"BadPercentEncodingInQuery", "GET /?a=%g0 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
        Hostile{"TargetThatIsNone", "GET hello HTTP/1.1\r\nHost: t\r\n\r\n", 400},
        Hostile{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Hostile{"TwoHosts", withHeader("Host: other"), 400},
        Hostile{"UnknownMethod", "BREW / HTTP/1.1\r\nHost: t\r\n\r\n", 501},
        Hostile{"Connect", "CONNECT host:443 HTTP/1.1\r\nHost: t\r\n\r\n", 501},
        Hostile{"Http2", "GET / HTTP/2.0\r\nHost: t\r\n\r\n", 505},
        Hostile{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        Hostile{"OtherProtocol", "GET / RTSP/1.0\r\nHost: t\r\n\r\n", 400},
        Hostile{"OtherExpectation", withHeader("Expect: a miracle"), 417}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(HttpServerUnderSlowClients, Answers408WhenAHeadDoesNotComplete) {
  Running running({.headTimeout = 50ms, .lingerTimeout = 50ms});
  Client client(running.port());
  client.send("GET / HTTP/1.1\r\nHost: t\r\nX-Slow: ");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.closedCleanly());
  EXPECT_EQ(running.server.stats().timeouts, 1u);
}

TEST(HttpServerUnderSlowClients, Answers408WhenABodyMakesNoProgress) {
  Running running({.bodyTimeout = 50ms, .lingerTimeout = 50ms});
  Client client(running.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(client.receive().status, 408);
  EXPECT_TRUE(client.closedCleanly());
}

TEST(HttpServerUnderSlowClients, GivesABodyThatMakesProgressAnotherWindow) {
  Running running({.bodyTimeout = 500ms, .progressBytes = 10});
  Client client(running.port());
  client.send("POST /size HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n");
  // Far longer than one window in all, with progress in each.
  const auto begun = std::chrono::steady_clock::now();
  std::size_t sent = 0;
  while (std::chrono::steady_clock::now() - begun < 1200ms && sent < 90'000) {
    client.send("x");
    ++sent;
  }
  client.send(std::string(100'000 - sent, 'x'));
  EXPECT_EQ(client.receive().body, "100000");
}

TEST(HttpServerUnderSlowClients, ClosesIdleConnectionsWithoutAWord) {
  Running hasty({.idleTimeout = 50ms});
  Client silent(hasty.port());
  EXPECT_TRUE(silent.closedCleanly());
  Running running({.idleTimeout = 1s});  // time enough for a busy machine to ask first
  Client served(running.port());
  served.send(kHello);
  EXPECT_EQ(served.receive().status, 200);
  EXPECT_TRUE(served.closedCleanly());
}

TEST(HttpServerUnderSlowClients, ClosesWhoDoesNotReadItsAnswer) {
  Running running({.writeTimeout = 50ms});
  Client client(running.port(), 4096);
  client.send("GET /big HTTP/1.1\r\nHost: t\r\n\r\n");
  Client other(running.port());
  while (running.server.stats().timeouts == 0) {
    other.send(kHello);
    ASSERT_EQ(other.receive().status, 200);
  }
  EXPECT_EQ(client.receive().status, 0);  // cut off in its middle
}

TEST(HttpServerUnderSlowClients, HoldsBackRequestsOfWhoDoesNotReadAndServesThemOnceRead) {
  Running running({.loops = 1});
  Client client(running.port());
  std::string all;
  for (int i = 0; i < 4; ++i) all += "GET /big HTTP/1.1\r\nHost: t\r\n\r\n";
  client.send(all);
  Client other(running.port());
  other.send(kHello);
  EXPECT_EQ(other.receive().status, 200);
  EXPECT_LE(running.server.stats().requests, 3u);  // the rest waits: one answer is 8 MB
  for (int i = 0; i < 4; ++i) EXPECT_EQ(client.receive().body.size(), 8u * 1024 * 1024);
}

TEST(HttpServerUnderSlowClients, AnswersARequestCutOffByAHalfClose) {
  Running running;
  Client client(running.port());
  client.send("GET / HTTP/1.1\r\nHo");
  client.halfClose();
  EXPECT_EQ(client.receive().status, 400);
  EXPECT_TRUE(client.closedCleanly());
}

TEST(HttpServerUnderLoad, KeepsAnsweringWhile300ConnectionsSitIdleOrHalfOpen) {
  Running running;
  std::vector<std::unique_ptr<Client>> held;
  for (int i = 0; i < 300; ++i) {
    held.push_back(std::make_unique<Client>(running.port()));
    ASSERT_TRUE(held.back()->connected());
    if (i % 3 == 1) held.back()->send("POST /echo HTTP/1.1\r\nContent-");
    if (i % 3 == 2) held.back()->send(withHeader("Content-Length: 100", "part"));
  }
  Client client(running.port());
  for (int i = 0; i < 200; ++i) {
    client.send(kHello);
    ASSERT_EQ(client.receive().status, 200);
  }
  while (running.server.stats().accepted < 301) {  // the other loop may be at it still
    client.send(kHello);
    ASSERT_EQ(client.receive().status, 200);
  }
  EXPECT_EQ(running.server.stats().connections, 301u);
}

TEST(HttpServerUnderLoad, RefusesConnectionsOverTheLimitWithAReason) {
  Running running({.maxConnections = 2});
  Client first(running.port());
  Client second(running.port());
  for (auto* client : {&first, &second}) {
    client->send(kHello);
    EXPECT_EQ(client->receive().status, 200);
  }
  Client third(running.port());
  const auto answer = third.receive();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  EXPECT_TRUE(answer.body.starts_with("{\"status\":503,"));
  EXPECT_TRUE(third.closedCleanly());
  EXPECT_EQ(running.server.stats().refused, 1u);
}

/// Lowers the number of descriptors this process may have, for as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto few = before_;
    few.rlim_cur = limit;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(HttpServerUnderLoad, WaitsForDescriptorsWithoutSpinningAndGoesOnWhenThereAreSome) {
#ifdef __SANITIZE_ADDRESS__
  // UBSan, built together with it, inspects types through a pipe: two descriptors of none.
  GTEST_SKIP() << "runs in builds without UBSan";
#endif
  Running running({.loops = 1});
  Client first(running.port());
  first.send(kHello);
  ASSERT_EQ(first.receive().status, 200);
  Client waiting;  // has its descriptor before they run out
  auto lowest = UniqueFd(::dup(first.fd()));
  {
    const FewDescriptors few(static_cast<rlim_t>(lowest.get()) + 1);
    Client last(running.port());  // fails: no descriptor is left but the one `lowest` holds
    EXPECT_FALSE(last.connected());
    ASSERT_TRUE(waiting.connect(running.port()));
    waiting.send(kHello);
    const auto begun = std::chrono::steady_clock::now();
    while (running.server.stats().acceptPauses < 3) {
      first.send(kHello);
      ASSERT_EQ(first.receive().status, 200);
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 100ms);  // pauses, not spins
    EXPECT_EQ(running.server.stats().connections, 1u);
    lowest = UniqueFd();
    EXPECT_EQ(waiting.receive().status, 200);
  }
}

}  // namespace
}  // namespace colibri::http
