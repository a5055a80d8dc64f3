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

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", ARequestIsAnsweredAtOnceOrLaterFromAnyThread) {
  EXPECT_EQ(host.asked(0, R"({"do":"answer"})"), (Said{201, R"({"instance":"shop","v2":true})"}));
  EXPECT_EQ(host.asked(0, R"({"do":"later"})").status, 422);
  EXPECT_EQ(host.asked(1, "{}", "hello"), (Said{200, "\"hello\""}));
  EXPECT_EQ(host.violations(), 0U);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", APluginThatThrowsHasRefused) {
  EXPECT_EQ(host.asked(0, R"({"do":"error"})"), (Said{COLIBRI_E_CONFLICT, "it is taken"}));
  EXPECT_LT(host.asked(0, R"({"do":"throw"})").status, 0);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", ADroppedCallIsAnswered) {
  EXPECT_EQ(host.asked(0, R"({"do":"drop"})").status, 500);
}

COLIBRI_CASE(COLIBRI_EXT_HTTP_ROUTES, "routes", OnlyTheFirstAnswerCounts) {
  EXPECT_EQ(host.asked(0, R"({"do":"twice"})"), (Said{200, "1"}));
  EXPECT_EQ(host.asked(0, R"({"do":"answer"})").status, 201);
}

}  // namespace colibri::conformance
