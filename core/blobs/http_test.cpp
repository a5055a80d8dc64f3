// Blobs over HTTP, with the real client and a server on loopback.
#include <gmock/gmock.h>

#include "base/testing/eventually.hpp"
#include "blobs/http_answer.hpp"
#include "blobs/http_body.hpp"
#include "blobs/testing/temporary_store.hpp"
#include "crypto/digest.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"
#include "net/test_client.hpp"
#include "net/test_server.hpp"

namespace colibri::blobs {
namespace {

using net::test::allowing;
using net::test::answer;
using net::test::exchange;
using net::test::TestServer;
using testing::get;
using ::testing::HasSubstr;
using testing::noise;
using testing::put;
using testing::TemporaryStore;

const SystemClock kClock;

class BlobsOverHttp : public ::testing::Test {
 protected:
  ~BlobsOverHttp() override {
    client_.shutdown();
    EXPECT_TRUE(executor_.stop(std::chrono::seconds(20)));
  }
  net::HttpRequest post(const TestServer& server, std::vector<HttpBody::Piece> pieces) {
    auto request = net::test::post(server.url());
    request.body = nullptr;
    request.source = std::make_shared<HttpBody>(executor_, std::move(pieces));
    return request;
  }
  std::shared_ptr<HttpAnswerBlob> sink(net::HttpRequest& request, std::uint64_t most = UINT64_MAX) {
    auto made = std::make_shared<HttpAnswerBlob>(*store_, executor_, Spec{1, "answer", ""});
    request.sink = made;
    request.maxSinkBytes = most;
    return made;
  }
  static Result<Info> finish(HttpAnswerBlob& sink, const std::string& type) {
    std::promise<Result<Info>> done;
    sink.finish(type, [&](Result<Info> info) { done.set_value(std::move(info)); });
    return done.get_future().get();
  }
  ReaderPtr blob(const std::string& bytes) {
    return store_->open(1, put(*store_, bytes).id).value();
  }
  /// Nothing is left of what was begun.
  bool isEmpty() {
    return colibri::testing::eventually([&] { return store_.files() == 0; });
  }

  TemporaryStore store_;
  exec::ThreadTimers timers_;
  exec::PoolExecutor executor_{kClock, timers_, {}};
  net::CurlHttpClient client_{allowing({"loopback"}), kClock};
};

TEST_F(BlobsOverHttp, ABodyOfTextsAndBlobsArrivesWhole) {
  std::string body, head;
  TestServer server([&](const net::test::Request& r) {
    body = r.body;
    head = r.head;
    return answer("200 OK", "taken");
  });
  const auto first = noise(300'000, 1), second = noise(1, 2);
  const auto got = exchange(
      client_,
      post(
          server,
          {{"before "}, {"", blob(first)}, {"", blob("")}, {""}, {"", blob(second)}, {" behind"}}));
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  EXPECT_EQ(got.body, "taken");
  EXPECT_EQ(body, "before " + first + second + " behind");
  EXPECT_THAT(head, HasSubstr("Content-Length: 300015\r\n"));
  EXPECT_EQ(head.find("Transfer-Encoding"), head.npos);
}

TEST_F(BlobsOverHttp, AnEmptyBlobIsAnEmptyBody) {
  TestServer server([&](const net::test::Request& r) { return answer("200 OK", r.body + "!"); });
  EXPECT_EQ(exchange(client_, post(server, {{"", blob("")}})).body, "!");
}

TEST_F(BlobsOverHttp, ABodyIsSentAgainWhenThePooledConnectionWasClosed) {
  std::string body;
  TestServer server([&](const net::test::Request& r) {
    body = r.body;
    auto reply = answer("200 OK");
    reply.then = net::test::Reply::Then::close;  // without saying so
    return reply;
  });
  const auto bytes = noise(200'000);
  for (int i = 0; i < 5; ++i) {
    const auto got = exchange(client_, post(server, {{"", blob(bytes)}}));
    ASSERT_TRUE(got.outcome) << got.outcome.error().message;
    EXPECT_EQ(body, bytes);
  }
}

TEST_F(BlobsOverHttp, ADamagedBlobEndsTheExchange) {
  TestServer server([](const net::test::Request&) { return answer("200 OK"); });
  const auto info = put(*store_, noise(200'000));
  const auto reader = store_->open(1, info.id).value();
  auto file = testing::readFile(store_.fileOf(info));
  file[150'000] = static_cast<char>(file[150'000] ^ 1);
  testing::writeFile(store_.fileOf(info), file);
  const auto got = exchange(client_, post(server, {{"", reader}}));
  ASSERT_FALSE(got.outcome);
  EXPECT_EQ(got.outcome.error().code, Errc::rejected);
  EXPECT_EQ(server.requests(), 0U);
}

TEST_F(BlobsOverHttp, AnAnswerBecomesABlob) {
  const auto bytes = noise(3'000'000);
  TestServer server([&](const net::test::Request&) { return answer("200 OK", bytes); });
  auto request = net::test::post(server.url());
  const auto into = sink(request);
  const auto got = exchange(client_, request);
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  EXPECT_TRUE(got.sunk);
  EXPECT_EQ(got.body, "");
  const auto info = finish(*into, "image/png").value();
  EXPECT_EQ(info.name, "answer");
  EXPECT_EQ(info.mediaType, "image/png");
  EXPECT_EQ(get(*store_, info).value(), bytes);
}

TEST_F(BlobsOverHttp, AnEmptyAnswerIsAnEmptyBlob) {
  TestServer server([](const net::test::Request&) { return answer("204 No Content"); });
  auto request = net::test::post(server.url());
  const auto into = sink(request);
  EXPECT_TRUE(exchange(client_, request).sunk);
  EXPECT_EQ(finish(*into, "no\rtype").value().size, 0U);
}

TEST_F(BlobsOverHttp, AnAnswerThatIsNoneOfThe200sComesAsBytes) {
  TestServer server([](const net::test::Request&) { return answer("404 Not Found", "why"); });
  auto request = net::test::post(server.url());
  sink(request);
  const auto got = exchange(client_, std::move(request));
  EXPECT_FALSE(got.sunk);
  EXPECT_EQ(got.body, "why");
  EXPECT_TRUE(isEmpty());
}

TEST_F(BlobsOverHttp, AnAnswerOverItsLimitLeavesNoBlob) {
  TestServer server(
      [](const net::test::Request&) { return answer("200 OK", std::string(2'000'000, 'x')); });
  auto request = net::test::post(server.url());
  sink(request, 1'000'000);
  const auto got = exchange(client_, std::move(request));
  EXPECT_TRUE(got.truncated);
  EXPECT_TRUE(isEmpty());
}

TEST_F(BlobsOverHttp, AnAnswerThatBreaksOffLeavesNoBlob) {
  TestServer server([](const net::test::Request&) {
    auto reply = answer("200 OK", std::string(500'000, 'x'));
    reply.bytes.resize(reply.bytes.size() - 1);
    reply.then = net::test::Reply::Then::close;
    return reply;
  });
  auto request = net::test::post(server.url());
  sink(request);
  EXPECT_FALSE(exchange(client_, std::move(request)).outcome);
  EXPECT_TRUE(isEmpty());
}

TEST_F(BlobsOverHttp, ACancelledAnswerLeavesNoBlob) {
  TestServer server([](const net::test::Request&) {
    auto reply = answer("200 OK", std::string(500'000, 'x'));
    reply.bytes.resize(400'000);
    reply.then = net::test::Reply::Then::hang;
    return reply;
  });
  auto request = net::test::post(server.url());
  sink(request);
  auto pending = net::test::start(client_, std::move(request));
  EXPECT_TRUE(colibri::testing::eventually([&] { return store_.files() == 1; }));
  client_.cancel(pending.id);
  EXPECT_FALSE(pending.get().outcome);
  EXPECT_TRUE(isEmpty());
}

TEST_F(BlobsOverHttp, AFullDiskEndsTheExchangeAndLeavesNoBlob) {
  store_.open({.maxBytes = 4 << 20});
  TestServer server(
      [](const net::test::Request&) { return answer("200 OK", std::string(3'000'000, 'x')); });
  auto request = net::test::post(server.url());
  const auto into = sink(request);
  const auto got = exchange(client_, request);
  // What was still to be written when the last byte came is written by finish().
  EXPECT_TRUE(!got.outcome || !finish(*into, ""));
  EXPECT_EQ(store_->counters().blobs, 0U);
}

TEST_F(BlobsOverHttp, SixtyFourMegabytesGoBothWays) {
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const auto bytes = noise(kSize);
  TestServer server([](const net::test::Request& r) { return answer("200 OK", r.body); });
  auto request = post(server, {{"", blob(bytes)}});
  const auto into = sink(request);
  const auto got = exchange(client_, request);
  ASSERT_TRUE(got.outcome) << got.outcome.error().message;
  EXPECT_EQ(finish(*into, "").value().sha256, crypto::hex(crypto::sha256(bytes)));
}

}  // namespace
}  // namespace colibri::blobs
