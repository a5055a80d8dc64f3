#include "net/curl_http_client.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "net/test_client.hpp"
#include "net/test_names.hpp"
#include "net/test_server.hpp"

namespace colibri::net {
namespace {

using test::allowing;
using test::answer;
using test::exchange;
using test::post;
using test::start;
using test::TestServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

const SystemClock kClock;

std::string header(const HttpAnswer& answer, std::string_view name) {
  const auto it = std::find_if(answer.headers.begin(), answer.headers.end(),
                               [&](const auto& h) { return h.first == name; });
  return it == answer.headers.end() ? "" : it->second;
}

TEST(CurlHttpClient, SendsTheRequestAndReturnsTheAnswer) {
  test::Request seen;
  TestServer server([&](const test::Request& r) {
    return seen = r, answer("201 Created", "made", "X-One: a\r\n");
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  auto request = post(server.url("/hook?x=1"), "{\"a\":1}");
  request.headers.emplace_back("X-Empty", "");
  const auto got = exchange(client, std::move(request));
  ASSERT_TRUE(got.outcome);
  EXPECT_EQ(got.status, 201U);
  EXPECT_EQ(got.body, "made");
  EXPECT_EQ(header(got, "x-one"), "a");
  EXPECT_FALSE(got.truncated);
  EXPECT_GT(got.total, 0us);
  EXPECT_EQ(seen.body, "{\"a\":1}");
  EXPECT_THAT(seen.head, HasSubstr("POST /hook?x=1 HTTP/1.1\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("User-Agent: colibri-test/1\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("X-Empty:\r\n"));
  EXPECT_FALSE(seen.has("Expect"));
}

TEST(CurlHttpClient, UsesEveryMethodWithAndWithoutBody) {
  TestServer server([](const test::Request& r) {
    const auto method = r.head.substr(0, r.head.find(' '));
    if (method == "HEAD") return answer("200 OK");
    return answer("200 OK", method + ":" + r.body);
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    auto request = post(server.url(), "x");
    request.method = method;
    EXPECT_EQ(exchange(client, request).body, method + ":x");
    request.body = nullptr;
    EXPECT_EQ(exchange(client, request).body, method + ":");
  }
  auto head = post(server.url());
  head.method = "HEAD";
  EXPECT_EQ(exchange(client, head).status, 200U);
}

TEST(CurlHttpClient, ReusesItsConnection) {
  TestServer server([](const auto&) { return answer("200 OK"); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(exchange(client, post(server.url())).status, 200U);
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(exchange(client, post(server.url())).connect, 0us) << "a pooled connection";
}

TEST(CurlHttpClient, OpensANewConnectionWhenThePooledOneWasClosed) {
  TestServer server([](const auto&) {
    auto reply = answer("200 OK");
    reply.then = test::Reply::Then::close;  // without saying so
    return reply;
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(exchange(client, post(server.url())).status, 200U);
    EXPECT_TRUE(server.waitForNoneOpen());
  }
  EXPECT_EQ(server.requests(), 10U);
}

TEST(CurlHttpClient, ARedirectIsTheAnswer) {
  TestServer server([](const auto&) {
    return answer("302 Found", "", "Location: http://169.254.169.254/latest\r\n");
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  const auto got = exchange(client, post(server.url()));
  EXPECT_EQ(got.status, 302U);
  EXPECT_EQ(server.requests(), 1U);
}

TEST(CurlHttpClient, ReadsRetryAfterInBothForms) {
  ManualClock clock(1'735'808'400'000'000);  // Thu, 02 Jan 2025 09:00:00 GMT
  TestServer server([](const test::Request& r) {
    return r.has("/date") ? answer("503 Busy", "", "Retry-After: Thu, 02 Jan 2025 09:02:00 GMT\r\n")
                          : answer("429 Slow", "", "retry-after: 30\r\n");
  });
  CurlHttpClient client(allowing({"loopback"}), clock);
  EXPECT_EQ(exchange(client, post(server.url("/seconds"))).retryAfter, 30s);
  EXPECT_EQ(exchange(client, post(server.url("/date"))).retryAfter, 120s);
}

TEST(CurlHttpClient, StopsReadingAtTheCap) {
  TestServer server([](const auto&) { return answer("200 OK", std::string(3'000'000, 'x')); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  auto request = post(server.url());
  request.maxResponseBytes = 1000;
  const auto got = exchange(client, std::move(request));
  ASSERT_TRUE(got.outcome);
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.body, std::string(1000, 'x'));
  EXPECT_TRUE(got.truncated);
}

TEST(CurlHttpClient, ABodyOfExactlyTheCapIsWhole) {
  TestServer server([](const auto&) { return answer("200 OK", std::string(1000, 'x')); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  auto request = post(server.url());
  request.maxResponseBytes = 1000;
  const auto got = exchange(client, std::move(request));
  EXPECT_EQ(got.body.size(), 1000U);
  EXPECT_FALSE(got.truncated);
}

TEST(CurlHttpClient, TimesOutOnASilentAndOnATricklingServer) {
  TestServer silent([](const auto&) { return test::hang(); });
  TestServer partial([](const auto&) {
    return test::Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
                       test::Reply::Then::hang};
  });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  for (const auto* server : {&silent, &partial}) {
    auto request = post(server->url("/secret-path"));
    request.timeout = 100ms;
    const auto got = exchange(client, std::move(request));
    EXPECT_EQ(test::code(got), Errc::timeout);
    EXPECT_THAT(got.outcome.error().message, testing::Not(HasSubstr("secret-path")));
    EXPECT_EQ(got.status, 0U);
    EXPECT_TRUE(got.body.empty());
  }
  EXPECT_EQ(client.counters().timedOut, 2U);
}

TEST(CurlHttpClient, ARequestWithoutATimeoutHasTheClients) {
  TestServer silent([](const auto&) { return test::hang(); });
  auto options = allowing({"loopback"});
  options.timeout = 100ms;
  CurlHttpClient client(options, kClock);
  EXPECT_EQ(test::code(exchange(client, post(silent.url("/")))), Errc::timeout);
}

TEST(CurlHttpClient, AResetARefusalAndGarbageAreUnavailable) {
  TestServer reset([](const auto&) { return test::Reply{"", test::Reply::Then::reset}; });
  TestServer garbage([](const auto&) {
    return test::Reply{"SSH-2.0-x\r\n\r\n", test::Reply::Then::close};
  });
  TestServer cut([](const auto&) {
    return test::Reply{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
                       test::Reply::Then::close};
  });
  std::string closedPort;
  {
    TestServer gone([](const auto&) { return answer("200 OK"); });
    closedPort = gone.url();
  }
  CurlHttpClient client(allowing({"loopback"}), kClock);
  for (const auto& url : {reset.url(), garbage.url(), cut.url(), closedPort})
    EXPECT_EQ(test::code(exchange(client, post(url))), Errc::unavailable) << url;
  EXPECT_EQ(client.counters().failed, 4U);
}

TEST(CurlHttpClient, RefusesWhatIsNotAValidRequestAtOnce) {
  CurlHttpClient client(allowing({}), kClock);
  const auto refused = [&](HttpRequest request) {
    const auto id =
        client.send(std::move(request), [](HttpAnswer) { ADD_FAILURE() << "done was called"; });
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().code, Errc::invalidArgument);
    EXPECT_THAT(id.error().message, testing::Not(HasSubstr("hunter2")));
  };
  refused(post("ftp://example.com/"));
  refused(post("http://a:hunter2@example.com/"));
  auto method = post("http://example.com/");
  for (const auto* bad : {"CONNECT", "TRACE", "post", "", "GET / HTTP/1.1\r\nX:"}) {
    method.method = bad;
    refused(method);
  }
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"Host", "other"},
                                                        {"Content-Length", "3"},
                                                        {"transfer-encoding", "chunked"},
                                                        {"Connection", "close"},
                                                        {"Proxy-Authorization", "x"},
                                                        {"Expect", "100-continue"},
                                                        {"X-A", "hunter2\r\nX-B: c"},
                                                        {"X A", "b"},
                                                        {"X-A:", "b"},
                                                        {"", "b"},
                                                        {"X-\r\nA", "b"},
                                                        {"X-A", std::string("hunter2\0", 8)}}) {
    auto request = post("http://example.com/");
    request.headers.emplace_back(name, value);
    refused(request);
  }
}

TEST(CurlHttpClient, RefusesPrivateAddressesUnlessListedAndAskedFor) {
  TestServer server([](const auto&) { return answer("200 OK"); });
  test::Names names;
  names.answer("inside.test", {{"127.0.0.1"}});
  CurlHttpClient strict(allowing({}), kClock), open(allowing({"loopback"}), kClock);
  for (const auto& url : {server.url(), server.url("/", "inside.test"),
                          server.url("/", "2130706433"), server.url("/", "0x7f.1"),
                          server.url("/", "[::ffff:127.0.0.1]"), server.url("/", "0.0.0.0")}) {
    const auto got = exchange(strict, post(url));
    EXPECT_EQ(test::code(got), Errc::forbidden) << url;
    EXPECT_TRUE(got.body.empty());
    auto ordinary = post(url);
    ordinary.allowListed = false;
    EXPECT_EQ(test::code(exchange(open, ordinary)), Errc::forbidden) << url;
  }
  EXPECT_EQ(server.connections(), 0U);
  EXPECT_EQ(exchange(open, post(server.url("/", "inside.test"))).status, 200U);
  EXPECT_EQ(strict.counters().forbidden, 6U);
}

TEST(CurlHttpClient, WhatComesOfATargetThatIsNotPublicOrNotKnownIsConfidential) {
  TestServer server([](const auto&) { return answer("200 OK", "what is inside"); });
  test::Names names;
  names.answer("inside.test", {{"127.0.0.1"}});
  CurlHttpClient strict(allowing({}), kClock), open(allowing({"loopback"}), kClock);
  for (const auto& url : {server.url(), server.url("/", "inside.test")}) {
    EXPECT_TRUE(exchange(strict, post(url)).confidential) << "refused: " << url;
    EXPECT_TRUE(exchange(open, post(url)).confidential) << "allowed: " << url;
    EXPECT_TRUE(exchange(open, post(url)).confidential) << "on a pooled connection: " << url;
  }
  EXPECT_TRUE(exchange(strict, post("http://nowhere.test/")).confidential) << "no address at all";
  auto options = allowing({});
  options.proxy = server.url();
  CurlHttpClient proxied(std::move(options), kClock);
  EXPECT_FALSE(exchange(proxied, post("http://far.test/")).confidential)
      << "what the operator's proxy reaches is the operator's choice";
}

TEST(CurlHttpClient, APooledConnectionDoesNotLendItsPermission) {
  TestServer server([](const auto&) { return answer("200 OK"); });
  CurlHttpClient client(allowing({"loopback"}), kClock);
  test::Names names;
  names.answer("inside.test", {{"127.0.0.1"}});
  EXPECT_EQ(exchange(client, post(server.url("/", "inside.test"))).status, 200U);
  auto ordinary = post(server.url("/", "inside.test"));
  ordinary.allowListed = false;
  EXPECT_EQ(test::code(exchange(client, ordinary)), Errc::forbidden);
  EXPECT_EQ(server.requests(), 1U);
  EXPECT_EQ(exchange(client, post(server.url("/", "inside.test"))).status, 200U);
}

TEST(CurlHttpClient, ChecksTheAddressItConnectsToWhateverTheNameSaidBefore) {
  TestServer server([](const auto&) { return answer("200 OK"); }, "127.0.0.2");
  test::Names names;
  names.answer("rebind.test", {{"127.0.0.2"}, {"127.0.0.3"}});
  names.answer("mixed.test", {{"169.254.169.254", "127.0.0.3", "127.0.0.2"}});
  names.answer("metadata.test", {{"169.254.169.254"}});
  CurlHttpClient first(allowing({"127.0.0.2"}), kClock), second(allowing({"127.0.0.2"}), kClock);
  EXPECT_EQ(exchange(first, post(server.url("/", "rebind.test"))).status, 200U);
  EXPECT_EQ(test::code(exchange(second, post(server.url("/", "rebind.test")))), Errc::forbidden);
  EXPECT_EQ(exchange(first, post(server.url("/", "mixed.test"))).status, 200U)
      << "the listed one of three";
  CurlHttpClient wide(allowing({"0.0.0.0/0", "metadata.test"}), kClock);
  const auto got = exchange(wide, post("http://metadata.test/latest/meta-data"));
  EXPECT_EQ(test::code(got), Errc::forbidden);
  EXPECT_EQ(got.outcome.error().message,
            "metadata.test:80 is a cloud metadata address, which is never allowed");
}

TEST(CurlHttpClient, ANameThatDoesNotExistIsUnavailable) {
  CurlHttpClient client(allowing({}), kClock);
  const auto got = exchange(client, post("http://nowhere.test/path?secret"));
  EXPECT_EQ(test::code(got), Errc::unavailable);
  EXPECT_EQ(got.outcome.error().message, "the name lookup of nowhere.test failed");
}

TEST(CurlHttpClient, GoesThroughTheProxyExceptForWhatTheAllowListNames) {
  TestServer proxy([](const test::Request& r) {
    return answer("200 OK", r.head.substr(0, r.head.find("\r\n")));
  });
  TestServer near([](const auto&) { return answer("200 OK", "direct"); });
  test::Names names;
  names.answer("near.test", {{"127.0.0.1"}});
  auto options = allowing({"near.test"});
  options.proxy = proxy.url();
  CurlHttpClient client(std::move(options), kClock);
  EXPECT_EQ(exchange(client, post("http://far.test/x")).body, "POST http://far.test/x HTTP/1.1");
  EXPECT_EQ(exchange(client, post(near.url("/", "near.test"))).body, "direct");
  EXPECT_EQ(test::code(exchange(client, post("http://169.254.169.254/"))), Errc::forbidden)
      << "not even by proxy";
}

}  // namespace
}  // namespace colibri::net
