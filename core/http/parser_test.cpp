#include "http/parser.hpp"

#include <gtest/gtest.h>

namespace colibri::http {
namespace {

using Step = RequestParser::Step;
constexpr std::size_t kHeadLimit = 16 * 1024;

/// Feeds `text` in pieces of `piece` bytes, presenting unused bytes again as the server does.
Step feedInPieces(RequestParser& parser, std::string_view text, std::size_t piece) {
  std::string waiting;
  auto step = Step::needMore;
  while (true) {
    std::size_t used = 0;
    step = parser.feed(waiting, used);
    waiting.erase(0, used);
    if (step == Step::complete || step == Step::failed) return step;
    if (step == Step::head) continue;
    if (text.empty()) return step;
    waiting.append(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
  }
}

TEST(RequestParser, MakesTheSameRequestHoweverTheBytesAreCut) {
  const std::string text =
      "\r\nPUT /a%20b/c?x=1&y=%26&x=2 HTTP/1.1\r\nHost: h\r\nX-A:  one \r\nx-a: two\r\n"
      "Transfer-Encoding: Chunked\r\n\r\n4\r\nWiki\r\n6;a=\"b\"\r\npedia.\r\n0\r\nX-T: 1\r\n\r\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    RequestParser parser(kHeadLimit);
    ASSERT_EQ(feedInPieces(parser, text, piece), Step::complete) << piece;
    const auto request = parser.take();
    EXPECT_EQ(request.method, Method::put);
    EXPECT_EQ(request.target, "/a%20b/c?x=1&y=%26&x=2");
    EXPECT_EQ(request.path, (std::vector<std::string>{"a b", "c"}));
    EXPECT_EQ(request.query.get("x"), "1");
    EXPECT_EQ(request.query.get("y"), "&");
    EXPECT_EQ(request.query.items().size(), 3u);
    EXPECT_EQ(request.headers.get("X-A"), "one");
    EXPECT_EQ(request.headers.size(), 4u);
    EXPECT_FALSE(request.headers.has("X-T"));
    EXPECT_EQ(request.body, "Wikipedia.");
    EXPECT_TRUE(request.keepAlive);
  }
}

TEST(RequestParser, PassesOverOneEmptyLineAndNotOverTwoHoweverTheyAreCut) {
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  for (std::size_t piece = 1; piece <= request.size() + 4; ++piece) {
    RequestParser one(kHeadLimit), two(kHeadLimit);
    EXPECT_EQ(feedInPieces(one, "\r\n" + request, piece), Step::complete) << piece;
    EXPECT_EQ(feedInPieces(two, "\r\n\r\n" + request, piece), Step::failed) << piece;
  }
}

TEST(RequestParser, LeavesTheNextRequestUntouched) {
  RequestParser parser(kHeadLimit);
  const std::string first = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  const std::string both = first + "GET / HTTP/1.1\r\n";
  std::size_t used = 0;
  ASSERT_EQ(parser.feed(both, used), Step::head);
  const auto head = used;
  ASSERT_EQ(parser.feed(std::string_view(both).substr(head), used), Step::complete);
  EXPECT_EQ(head + used, first.size());
}

TEST(RequestParser, CanBeUsedAgainAfterReset) {
  RequestParser parser(kHeadLimit);
  EXPECT_EQ(feedInPieces(parser, "nonsense\r\n\r\n", 100), Step::failed);
  parser.reset();
  EXPECT_EQ(feedInPieces(parser, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", 100), Step::complete);
  EXPECT_EQ(parser.take().target, "/x");
}

TEST(RequestParser, LimitsTheHeadHoweverItIsCut) {
  // Beast's own limit starts again with every line it has taken.
  std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 2000; ++i) text += "X: 0123456789\r\n";
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{15}, std::size_t{1000}, text.size()}) {
    RequestParser parser(kHeadLimit);
    ASSERT_EQ(feedInPieces(parser, text + "\r\n", piece), Step::failed) << piece;
    EXPECT_EQ(parser.failure().status, 431);
  }
}

TEST(RequestParser, AcceptsAHeadThatJustFits) {
  const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  const std::string text = start + std::string(kHeadLimit - start.size() - 4, 'x') + "\r\n\r\n";
  ASSERT_EQ(text.size(), kHeadLimit);
  for (const std::size_t piece : {std::size_t{7}, text.size()}) {
    RequestParser parser(kHeadLimit);
    EXPECT_EQ(feedInPieces(parser, text, piece), Step::complete) << piece;
  }
}

TEST(RequestParser, SaysBeforeTheBodyThatItsDeclaredLengthIsTooMuch) {
  RequestParser parser(kHeadLimit);
  std::size_t used = 0;
  ASSERT_EQ(parser.feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", used),
            Step::head);
  EXPECT_FALSE(parser.limitBody(10));
  EXPECT_TRUE(parser.limitBody(11));
}

TEST(RequestParser, StopsChunkedBodiesAtTheirLimit) {
  RequestParser parser(kHeadLimit);
  std::size_t used = 0;
  ASSERT_EQ(parser.feed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", used),
            Step::head);
  ASSERT_TRUE(parser.limitBody(10));
  EXPECT_EQ(feedInPieces(parser, "6\r\nabcdef\r\n5\r\nghijk\r\n0\r\n\r\n", 1), Step::failed);
  EXPECT_EQ(parser.failure().status, 413);
}

TEST(RequestParser, KnowsWhatTheClientWantsOfTheConnection) {
  const auto keepAlive = [](const std::string& head) {
    RequestParser parser(kHeadLimit);
    EXPECT_EQ(feedInPieces(parser, head + "\r\n\r\n", 1000), Step::complete);
    return parser.head().keepAlive;
  };
  EXPECT_TRUE(keepAlive("GET / HTTP/1.1\r\nHost: h"));
  EXPECT_FALSE(keepAlive("GET / HTTP/1.1\r\nHost: h\r\nConnection: Close"));
  EXPECT_FALSE(keepAlive("GET / HTTP/1.0"));
  EXPECT_TRUE(keepAlive("GET / HTTP/1.0\r\nConnection: keep-alive"));
}

TEST(RequestParser, AcceptsTheAbsoluteFormOfATarget) {
  RequestParser parser(kHeadLimit);
  ASSERT_EQ(feedInPieces(parser, "GET http://h:80/a/b?c=d HTTP/1.1\r\nHost: h\r\n\r\n", 9),
            Step::complete);
  EXPECT_EQ(parser.head().path, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parser.head().query.get("c"), "d");
}

}  // namespace
}  // namespace colibri::http
