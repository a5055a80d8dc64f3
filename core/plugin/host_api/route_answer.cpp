#include <algorithm>
#include <boost/json/array.hpp>

#include "base/ascii.hpp"
#include "plugin/abi.hpp"
#include "plugin/host_api/route_table.hpp"
#include "shared/json.hpp"

namespace colibri::plugin {
namespace {

constexpr std::size_t kMaxAnswerJson = std::size_t{1} << 20,
                      kMaxAnswerBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxSentences = 32, kMaxAnswerHeaders = 16, kMaxValue = 2048, kMaxType = 255;
constexpr int kFirstError = 400;
constexpr std::string_view kAnswerHeaders[] = {COLIBRI_ROUTE_ANSWER_HEADERS};

Error badAnswer(std::string what) {
  return {Errc::rejected, std::move(what)};
}

bool isPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool isContentType(std::string_view type) {
  const auto slash = type.find('/');
  return type.size() <= kMaxType && isPrintableAscii(type) && slash != type.npos && slash > 0 &&
         slash + 1 < type.size();
}

Result<RouteCall::Fields> headersOfAnswer(const colibri_route_answer& given) {
  RouteCall::Fields headers;
  if (given.header_count > kMaxAnswerHeaders ||
      (given.headers == nullptr && given.header_count > 0))
    return badAnswer("headers that are null or over 16");
  for (std::size_t i = 0; i < given.header_count; ++i) {
    const auto name = lowerCase(abi::view(given.headers[i].key));
    const auto value = abi::view(given.headers[i].value);
    if (std::find(std::begin(kAnswerHeaders), std::end(kAnswerHeaders), name) ==
        std::end(kAnswerHeaders))
      return badAnswer("a header that is the host's to set or not to be set here");
    const auto same = [&](const auto& other) { return other.first == name; };
    if (std::ranges::any_of(headers, same)) return badAnswer("the header " + name + " twice");
    if (value.size() > kMaxValue || !isPrintableAscii(value))
      return badAnswer("a value of the header " + name + " that is too long or not printable");
    headers.emplace_back(name, value);
  }
  return headers;
}

Result<std::vector<std::string>> sentencesOf(const boost::json::value& body) {
  const auto* list = body.if_array();
  if (list == nullptr || list->empty() || list->size() > kMaxSentences)
    return badAnswer("an error that is not an array of 1 to 32 sentences");
  std::vector<std::string> sentences;
  for (const auto& sentence : *list) {
    if (!sentence.is_string()) return badAnswer("an error whose sentences are not strings");
    sentences.emplace_back(sentence.as_string());
  }
  return sentences;
}

}  // namespace

Result<RouteAnswer> readAnswer(const colibri_route_answer& given) {
  if (!COLIBRI_KNOWS(&given, body)) return badAnswer("an answer that is too small");
  if (given.http_status < 200 || given.http_status > 599)
    return badAnswer("an HTTP status that is not 200 to 599");
  RouteAnswer answer;
  answer.status = static_cast<int>(given.http_status);
  auto headers = headersOfAnswer(given);
  if (!headers) return headers.error();
  answer.headers = std::move(*headers);
  const bool bytes = given.content_type.size != 0;
  if (!abi::valid(given.body) || given.body.size > (bytes ? kMaxAnswerBytes : kMaxAnswerJson))
    return badAnswer(bytes ? "an answer that is null or over 16 MB"
                           : "an answer that is null or over 1 MB");
  if (bytes) {
    answer.contentType = abi::view(given.content_type);
    if (!isContentType(answer.contentType)) return badAnswer("a content type that is none");
    answer.body = abi::view(given.body);
    return answer;
  }
  const auto parsed = shared::parseJson(abi::view(given.body), shared::kLargeJson);
  if (parsed.fault) return badAnswer("an answer that " + parsed.fault->what);
  if (answer.status < kFirstError) {
    answer.body = abi::view(given.body);
    return answer;
  }
  auto sentences = sentencesOf(parsed.value);
  if (!sentences) return sentences.error();
  answer.sentences = std::move(*sentences);
  return answer;
}

}  // namespace colibri::plugin
