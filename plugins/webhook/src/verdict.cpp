#include "verdict.hpp"

#include <algorithm>
#include <colibri/sdk/plugin.hpp>

namespace colibri::webhook {
namespace {

colibri_status outcomeOf(std::uint32_t status) noexcept {
  if (status >= 200 && status < 300) return COLIBRI_OK;
  switch (status) {
    case 400:
    case 413:
    case 422:
      return COLIBRI_E_REJECTED;
    case 401:
      return COLIBRI_E_UNAUTHENTICATED;
    case 403:
      return COLIBRI_E_FORBIDDEN;
    case 404:
      return COLIBRI_E_NOT_FOUND;
    case 408:
      return COLIBRI_E_TIMEOUT;
    case 410:
      return COLIBRI_E_GONE;
    case 425:
    case 429:
      return COLIBRI_E_RATE_LIMITED;
    default:
      return COLIBRI_E_UNAVAILABLE;
  }
}

/// What everybody may read of a target that is not public, or that nobody knows: the same whether
/// it has no address, may not be reached, or is silent.
constexpr std::string_view kUnreached =
    "the target cannot be reached: no server answers there, its name is not known, or its address "
    "is not public and the operator has not allowed it (http_client.allow, HTTP_CLIENT_ALLOW)";
constexpr std::string_view kNotTaken =
    "the target did not take the event; what one on a private network answers is shown to the "
    "global key only";

std::string describe(std::uint32_t status) {
  auto text = "HTTP " + std::to_string(status);
  if (status >= 300 && status < 400) text += ": redirects are failures, set the final URL";
  return text;
}

/// No answer came.
Verdict judgeFailure(const colibri_http_answer& answer) {
  const std::string detail(sdk::view(answer.detail));
  switch (answer.status) {
    case COLIBRI_E_CANCELLED:
      return {COLIBRI_E_CANCELLED, {}, "cancelled"};
    case COLIBRI_E_SHUTTING_DOWN:
      return {COLIBRI_E_SHUTTING_DOWN, {}, "shutting down"};
    case COLIBRI_E_TIMEOUT:
      return {COLIBRI_E_TIMEOUT, {}, detail.empty() ? "no answer in time" : detail};
    case COLIBRI_E_FORBIDDEN:
      return {COLIBRI_E_FORBIDDEN, {}, "the address is refused by policy: " + detail};
    case COLIBRI_E_BUSY:  // the endpoint was not asked: others had all connections
      return {COLIBRI_E_CANCELLED, {}, "no connection became free in time, nothing was sent"};
    case COLIBRI_E_INVALID_ARGUMENT:
      return {COLIBRI_E_UNAVAILABLE, {}, "the request was refused: " + detail};
    default:
      return {COLIBRI_E_UNAVAILABLE, {}, detail.empty() ? "no connection" : detail};
  }
}

bool isLaneFailure(colibri_status outcome) noexcept {
  return outcome < 0 && outcome != COLIBRI_E_REJECTED && outcome != COLIBRI_E_GONE &&
         outcome != COLIBRI_E_CANCELLED && outcome != COLIBRI_E_SHUTTING_DOWN;
}

Verdict decide(const colibri_http_answer& answer, std::uint32_t attempt, const RetryLimits& limits,
               double spread) {
  const bool answered = answer.status >= 0;
  auto verdict = answered ? Verdict{outcomeOf(answer.http_status), {}, describe(answer.http_status)}
                          : judgeFailure(answer);
  if (verdict.outcome == COLIBRI_OK) return {};
  if (!isLaneFailure(verdict.outcome)) return verdict;
  const auto& final = limits.nonRetryableStatuses;
  if (answered && std::find(final.begin(), final.end(), answer.http_status) != final.end())
    return {COLIBRI_E_REJECTED, {}, verdict.text + ", which is configured as final"};
  if (limits.maxAttempts && attempt >= *limits.maxAttempts)
    return {COLIBRI_E_REJECTED,
            {},
            verdict.text + ", given up after " + std::to_string(attempt) + " attempts"};
  verdict.retryAfter = answer.retry_after_ms != 0 ? std::chrono::milliseconds(answer.retry_after_ms)
                                                  : limits.delayAfter(attempt, spread);
  return verdict;
}

}  // namespace

Verdict judge(const colibri_http_answer& answer, std::uint32_t attempt, const RetryLimits& limits,
              double spread) {
  auto verdict = decide(answer, attempt, limits, spread);
  verdict.confidential = (answer.flags & COLIBRI_HTTP_A_CONFIDENTIAL) != 0;
  if (verdict.confidential && !verdict.text.empty())
    verdict.text =
        std::string(answer.status >= 0 ? kNotTaken : kUnreached).append("\n").append(verdict.text);
  return verdict;
}

}  // namespace colibri::webhook
