#include <colibri/abi/ext/http_client.h>
#include <colibri/abi/ext/http_routes.h>
#include <gtest/gtest.h>

#include "case.hpp"

namespace colibri::conformance {

namespace {

std::uint64_t fetch(Bench& host, const std::string& url) {
  const auto token = host.begin("http", url, 1);
  EXPECT_TRUE(host.wait([&] { return !host.exchanges().empty(); }));
  return token;
}
Said done(Bench& host, std::uint64_t token) {
  EXPECT_TRUE(host.wait([&] { return host.completion(token).has_value(); }));
  return host.completion(token).value_or(Said{});
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "probe", ARequestGoesOutAndItsAnswerComesBackWhole) {
  const auto token = fetch(host, "https://a.test/x?y");
  const auto sent = host.exchanges().at(0);
  EXPECT_EQ(sent.method + " " + sent.url + " " + sent.body, "PUT https://a.test/x?y https://a.test/x?y");
  host.answer(0, 503, "sorry");
  EXPECT_EQ(done(host, token), (Said{COLIBRI_OK, "503 sorry"}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "probe", AnExchangeThatFailedSaysWhy) {
  const auto token = fetch(host, "https://a.test/");
  host.fail(0, COLIBRI_E_FORBIDDEN, "the address is private");
  EXPECT_EQ(done(host, token), (Said{COLIBRI_E_FORBIDDEN, "the address is private"}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "probe", ACancelledExchangeIsAnswered) {
  EXPECT_EQ(done(host, fetch(host, "https://a.test/cancel")).status, COLIBRI_E_CANCELLED);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_CLIENT, "probe", ABusyClientIsToldAtOnce) {
  host.refuseExchanges(true);
  EXPECT_EQ(host.command("http", "https://a.test/").status, COLIBRI_E_BUSY);
}

namespace {

/// What the plugin's row "routes.do" is to do.
RowRequest to(const std::string& what) {
  return {.row = "routes.do", .body = R"({"do":")" + what + "\"}"};
}

}  // namespace

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", ARequestIsAnsweredAtOnceOrLaterFromAnyThread) {
  EXPECT_EQ(host.asked(to("answer")), (Said{201, R"({"instance":"shop","v2":true})"}));
  EXPECT_EQ(host.asked(to("later")).status, 422);
  EXPECT_EQ(host.violations(), 0U);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", ParametersOfThePathAndTheQueryComeByTheirNames) {
  EXPECT_EQ(host.asked({.row = "routes.say",
                        .instance = 0,
                        .params = {{"what", "a/b"}},
                        .query = {{"word", "hello"}, {"times", "2"}}}),
            (Said{200, "\"a/b hello\""}));
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", ARawRowGetsTheBytesAndTheHeadersAsTheyCame) {
  const std::string bytes("\0\xff{\"a\": 1}\n", 11);
  const auto said = host.asked({.row = "routes.hook",
                                .body = bytes,
                                .params = {{"instance", "shop"}},
                                .headers = {{"X-Signature", "sha256=0"}}});
  EXPECT_EQ(said, (Said{200, bytes + "|sha256=0|shop|1|198.51.100.7"}));
  const std::string large(1 << 20, '\xfe');
  EXPECT_EQ(host.asked({.row = "routes.hook", .instance = 0, .body = large}).text,
            large + "|||0|198.51.100.7");
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", AnAnswerMayHaveAnotherContentTypeAndHeadersThatAreSafe) {
  const auto token = host.ask(to("page"));
  host.wait([&] { return host.replied(token).has_value(); });
  EXPECT_EQ(host.replied(token), (Said{404, "<p>none</p>"}));
  const auto head = host.headOf(token);
  EXPECT_EQ(head.substr(0, 25), "text/html; charset=utf-8\n");
  EXPECT_NE(head.find(": \"1\"\n"), std::string::npos) << head;
  EXPECT_EQ(host.violations(), 0U);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", AHeaderThatIsTheHostsIsABrokenRule) {
  const auto said = host.asked(to("cookie"));
  EXPECT_TRUE(said.status == 500 || said.status == COLIBRI_E_INTERNAL) << said.status;
  EXPECT_EQ(host.violations(), 1U);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", APluginThatThrowsHasRefused) {
  EXPECT_EQ(host.asked(to("error")), (Said{COLIBRI_E_CONFLICT, "it is taken"}));
  EXPECT_LT(host.asked(to("throw")).status, 0);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", ADroppedCallIsAnswered) {
  EXPECT_EQ(host.asked(to("drop")).status, 500);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", OnlyTheFirstAnswerCounts) {
  EXPECT_EQ(host.asked(to("twice")), (Said{200, "1"}));
  EXPECT_EQ(host.asked(to("answer")).status, 201);
}

}  // namespace colibri::conformance
