#include "http/parser.hpp"

#include <gtest/gtest.h>

#include <optional>

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

/// What becomes of `text`, however it is cut: the failure's status, or 0.
int fate(std::string_view text) {
  std::optional<int> fate;
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    RequestParser parser(kHeadLimit);
    const auto step = feedInPieces(parser, text, piece);
    const int now = step == Step::failed     ? parser.failure().status
                    : step == Step::complete ? 0
                                             : -1;
    if (!fate) fate = now;
    EXPECT_EQ(*fate, now) << "in pieces of " << piece << ": " << text;
  }
  return fate.value_or(-1);
}

std::string withHeader(std::string_view lines) {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n\r\n";
}

std::string withChunks(std::string_view chunks) {
  return withHeader("Transfer-Encoding: chunked") + std::string(chunks) + "\r\n";
}

// Where two readings of a message are possible, another server in front may have the other one.

TEST(RequestParserAttack, AHeaderThatIsFoldedOrBrokenIsRefused) {
  EXPECT_EQ(fate(withHeader("X: a\r\nY: b")), 0);
  EXPECT_EQ(fate(withHeader("X:\ta \t\r\nY:")), 0);
  using namespace std::string_view_literals;
  for (const auto lines : {"X: a\r\n b"sv,
                           "X: a\r\n\tb"sv,
                           "X:\r\n b"sv,
                           "X: a\r\n "sv,
                           "X:\r\n \r\nY: b"sv,
                           "X: a\r\n b\r\n c"sv,
                           "X: a\nY: b"sv,
                           "X: a\rY: b"sv,
                           "X: a\r\rY: b"sv,
                           "X: a\n b"sv,
                           "X: a\0b"sv,
                           "X: \0"sv,
                           "X\0: a"sv,
                           "X: a\x7f"sv,
                           "X: a\x0b"sv,
                           "X : a"sv,
                           "X\t: a"sv,
                           " X: a"sv,
                           "\tX: a"sv,
                           ": a"sv,
                           "X"sv,
                           "X\xc3\xa9: a"sv,
                           "X\xa0: a"sv,
                           "(X): a"sv,
                           "X\r\n: a"sv,
                           "X\n: a"sv}) {
    EXPECT_EQ(fate(withHeader(lines)), 400) << lines;
  }
  EXPECT_EQ(fate("POST / HTTP/1.1\r\n Host: h\r\n\r\n"), 400);
  EXPECT_EQ(fate("POST / HTTP/1.1\r\nHost:\r\n h\r\n\r\n"), 400);
}

TEST(RequestParserAttack, ABodyOfTwoLengthsIsRefused) {
  EXPECT_EQ(fate(withHeader("Content-Length: 2") + "ab"), 0);
  for (const std::string_view lines :
       {"Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: 2, 2", "Content-Length: 2,", "Content-Length: +2", "Content-Length: -2",
        "Content-Length: 0x2", "Content-Length: 2 2", "Content-Length:", "Content-Length: 2\r\n 2",
        "Content-Length: 99999999999999999999", "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 2",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding:\r\n chunked", "Transfer-Encoding : chunked"}) {
    EXPECT_EQ(fate(withHeader(lines) + "ab"), 400) << lines;
  }
  for (const std::string_view lines :
       {"Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: xchunked"})
    EXPECT_EQ(fate(withHeader(lines) + "ab"), 501) << lines;
}

TEST(RequestParserAttack, AChunkWithAnotherReadingIsRefused) {
  EXPECT_EQ(fate(withChunks("1;a=\"\tb \\\" \xc3\xa9\";c;d=e\r\nx\r\n0\r\n")), 0);
  EXPECT_EQ(fate(withChunks("1\r\nx\r\n0;a=\"b\"\r\nX: a\r\nY: b\r\n")), 0);
  using namespace std::string_view_literals;
  for (const auto chunks : {"1;a=\"\n\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\n1\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\\\n\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\0\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\x7f\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\x0b\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\r\"\r\nx\r\n0\r\n"sv,
                            "1;a=\"\r\n\"\r\nx\r\n0\r\n"sv,
                            "1;a=b\n\r\nx\r\n0\r\n"sv,
                            "1;\na=b\r\nx\r\n0\r\n"sv,
                            "1\nx\r\n0\r\n"sv,
                            "1\n\r\nx\r\n0\r\n"sv,
                            "1\r\nx\n0\r\n"sv,
                            "1\r\nxx\r\n0\r\n"sv,
                            "1\r\nx0\r\n"sv,
                            "1\r\nx\r\n0;a=\"\n\"\r\n"sv,
                            "1\r\nx\r\n0;a=\"\0\"\r\n"sv,
                            "0x1\r\nx\r\n0\r\n"sv,
                            "+1\r\nx\r\n0\r\n"sv,
                            "-1\r\nx\r\n0\r\n"sv,
                            " 1\r\nx\r\n0\r\n"sv,
                            "\r\nx\r\n0\r\n"sv,
                            "g\r\nx\r\n0\r\n"sv,
                            "1;\r\nx\r\n0\r\n"sv,
                            "fffffffffffffffff\r\nx\r\n0\r\n"sv,
                            "1 \r\nx\r\n0\r\n"sv}) {
    EXPECT_EQ(fate(withChunks(chunks)), 400) << chunks;
  }
}

TEST(RequestParserAttack, ATrailerWithAnotherReadingIsRefused) {
  EXPECT_EQ(fate(withChunks("0\r\nX: a\r\n")), 0);
  using namespace std::string_view_literals;
  for (const auto trailer : {"X: a\r\n b"sv, "X:\r\n b"sv, "X: a\r\n\tb\r\nY: c"sv, "X: a\nb"sv,
                             "X: a\rb"sv, "X: a\0"sv, "X : a"sv, "X\xc3\xa9: a"sv, " X: a"sv,
                             "Content-Length: 2"sv, "Transfer-Encoding: chunked"sv}) {
    EXPECT_EQ(fate(withChunks("0\r\n" + std::string(trailer) + "\r\n")), 400) << trailer;
  }
}

TEST(RequestParser, TakesABodyOfExactlyTheLimit) {
  const std::string_view bodies[] = {
      "Content-Length: 10\r\n\r\n0123456789",
      "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n4\r\n6789\r\n"
      "0\r\n\r\n"};
  for (const auto body : bodies) {
    for (std::size_t piece = 1; piece <= body.size(); ++piece) {
      RequestParser parser(kHeadLimit);
      const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
      const auto split = body.find("\r\n\r\n") + 4;
      std::size_t used = 0;
      ASSERT_EQ(parser.feed(head + std::string(body.substr(0, split)), used), Step::head);
      ASSERT_TRUE(parser.limitBody(10));
      ASSERT_EQ(feedInPieces(parser, body.substr(split), piece), Step::complete) << piece;
      EXPECT_EQ(parser.take().body, "0123456789");
    }
  }
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
