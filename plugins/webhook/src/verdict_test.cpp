#include "verdict.hpp"

#include <gmock/gmock.h>

#include <colibri/sdk/plugin.hpp>

namespace colibri::webhook {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

colibri_http_answer http(std::uint32_t status, std::uint32_t retryAfterMs = 0) {
  auto answer = sdk::sized<colibri_http_answer>();
  answer.http_status = status;
  answer.retry_after_ms = retryAfterMs;
  return answer;
}

colibri_http_answer failure(colibri_status status, std::string_view detail = "why") {
  auto answer = sdk::sized<colibri_http_answer>();
  answer.status = status;
  answer.detail = sdk::str(detail);
  return answer;
}

Verdict judged(const colibri_http_answer& answer, std::uint32_t attempt = 1,
               const RetryLimits& limits = {}) {
  return judge(answer, attempt, limits, 0.0);
}

TEST(Verdict, OfEveryStatus) {
  struct Row {
    std::uint32_t first, last;
    colibri_status outcome;
  };
  for (const auto& row : std::initializer_list<Row>{{200, 299, COLIBRI_OK},
                                                    {300, 399, COLIBRI_E_UNAVAILABLE},
                                                    {400, 400, COLIBRI_E_REJECTED},
                                                    {401, 401, COLIBRI_E_UNAUTHENTICATED},
                                                    {402, 402, COLIBRI_E_UNAVAILABLE},
                                                    {403, 403, COLIBRI_E_FORBIDDEN},
                                                    {404, 404, COLIBRI_E_NOT_FOUND},
                                                    {405, 407, COLIBRI_E_UNAVAILABLE},
                                                    {408, 408, COLIBRI_E_TIMEOUT},
                                                    {409, 409, COLIBRI_E_UNAVAILABLE},
                                                    {410, 410, COLIBRI_E_GONE},
                                                    {411, 412, COLIBRI_E_UNAVAILABLE},
                                                    {413, 413, COLIBRI_E_REJECTED},
                                                    {414, 421, COLIBRI_E_UNAVAILABLE},
                                                    {422, 422, COLIBRI_E_REJECTED},
                                                    {423, 424, COLIBRI_E_UNAVAILABLE},
                                                    {425, 425, COLIBRI_E_RATE_LIMITED},
                                                    {426, 428, COLIBRI_E_UNAVAILABLE},
                                                    {429, 429, COLIBRI_E_RATE_LIMITED},
                                                    {430, 599, COLIBRI_E_UNAVAILABLE}})
    for (auto status = row.first; status <= row.last; ++status) {
      const auto verdict = judged(http(status));
      EXPECT_EQ(verdict.outcome, row.outcome) << status;
      EXPECT_EQ(verdict.text.empty(), row.outcome == COLIBRI_OK);
    }
}

TEST(Verdict, RedirectsSayWhatToDo) {
  EXPECT_EQ(judged(http(302)).text, "HTTP 302: redirects are failures, set the final URL");
}

TEST(Verdict, OfNoAnswer) {
  EXPECT_EQ(judged(failure(COLIBRI_E_UNAVAILABLE)).outcome, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(judged(failure(COLIBRI_E_UNAVAILABLE)).text, "why");
  EXPECT_EQ(judged(failure(COLIBRI_E_TIMEOUT)).outcome, COLIBRI_E_TIMEOUT);
  EXPECT_EQ(judged(failure(COLIBRI_E_BUSY)).outcome, COLIBRI_E_CANCELLED)
      << "waiting for a connection is nobody's failure";
  EXPECT_EQ(judged(failure(COLIBRI_E_CANCELLED)).outcome, COLIBRI_E_CANCELLED);
  EXPECT_EQ(judged(failure(COLIBRI_E_SHUTTING_DOWN)).outcome, COLIBRI_E_SHUTTING_DOWN);
  EXPECT_EQ(judged(failure(COLIBRI_E_INVALID_ARGUMENT)).outcome, COLIBRI_E_UNAVAILABLE)
      << "the settings' fault, not the event's";
  EXPECT_EQ(judged(failure(-9999)).outcome, COLIBRI_E_UNAVAILABLE);
  const auto refused = judged(failure(COLIBRI_E_FORBIDDEN, "a.test:80 is a private address"));
  EXPECT_EQ(refused.outcome, COLIBRI_E_FORBIDDEN);
  EXPECT_EQ(refused.text, "the address is refused by policy: a.test:80 is a private address");
}

TEST(Verdict, OfATargetThatIsNotPublicTheFirstLineIsTheSameWhateverStandsInTheWay) {
  const auto firstLine = [](colibri_status status, std::string_view detail) {
    auto answer = failure(status, detail);
    answer.flags = COLIBRI_HTTP_A_CONFIDENTIAL;
    const auto verdict = judged(answer);
    EXPECT_TRUE(verdict.confidential);
    EXPECT_TRUE(verdict.text.ends_with(detail)) << "the operator's line: " << verdict.text;
    return verdict.text.substr(0, verdict.text.find('\n'));
  };
  const auto said = firstLine(COLIBRI_E_FORBIDDEN, "db.inside:80 is a private address");
  EXPECT_NE(said.find("http_client.allow"), said.npos) << "and says whom to ask for what";
  EXPECT_EQ(firstLine(COLIBRI_E_UNAVAILABLE, "the name lookup of x.inside failed"), said);
  EXPECT_EQ(firstLine(COLIBRI_E_UNAVAILABLE, "cannot connect to db.inside:81"), said);
  EXPECT_EQ(firstLine(COLIBRI_E_TIMEOUT, "db.inside:82 did not answer in time"), said);
}

TEST(Verdict, WhatATargetThatIsNotPublicAnsweredIsForTheOperatorsLine) {
  for (const auto status : {301U, 400U, 404U, 410U, 500U}) {
    auto answer = http(status);
    answer.flags = COLIBRI_HTTP_A_CONFIDENTIAL;
    const auto text = judged(answer).text;
    const auto firstLine = text.substr(0, text.find('\n'));
    EXPECT_EQ(firstLine.find(std::to_string(status)), firstLine.npos) << firstLine;
    EXPECT_NE(text.find("\nHTTP " + std::to_string(status)), text.npos) << text;
  }
}

TEST(Verdict, HonoursRetryAfterBeforeTheOperatorsDelays) {
  RetryLimits limits;
  limits.initialDelay = 5s;
  EXPECT_EQ(judged(http(503, 90'000), 2, limits).retryAfter, 90s);
  EXPECT_EQ(judged(http(503), 2, limits).retryAfter, 10s);
  EXPECT_EQ(judged(http(503)).retryAfter, 0s);
}

TEST(Verdict, LimitsPerEventApplyOnlyWhereSet) {
  EXPECT_EQ(judged(http(503), 1000).outcome, COLIBRI_E_UNAVAILABLE);
  RetryLimits limits;
  limits.maxAttempts = 3;
  limits.nonRetryableStatuses = {404, 410};
  EXPECT_EQ(judged(http(503), 2, limits).outcome, COLIBRI_E_UNAVAILABLE);
  EXPECT_EQ(judged(http(503), 3, limits).outcome, COLIBRI_E_REJECTED);
  EXPECT_EQ(judged(http(503), 3, limits).text, "HTTP 503, given up after 3 attempts");
  EXPECT_EQ(judged(failure(COLIBRI_E_TIMEOUT), 3, limits).outcome, COLIBRI_E_REJECTED);
  EXPECT_EQ(judged(http(404), 1, limits).outcome, COLIBRI_E_REJECTED);
  EXPECT_EQ(judged(http(410), 1, limits).outcome, COLIBRI_E_GONE);
  EXPECT_EQ(judged(http(200), 3, limits).outcome, COLIBRI_OK);
  EXPECT_EQ(judged(failure(COLIBRI_E_BUSY), 9, limits).outcome, COLIBRI_E_CANCELLED);
  for (const auto status : {COLIBRI_E_CANCELLED, COLIBRI_E_SHUTTING_DOWN})
    EXPECT_EQ(judged(failure(status), 9, limits).outcome, status) << "nothing was tried";
}

}  // namespace
}  // namespace colibri::webhook
