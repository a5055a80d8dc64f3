#include "plugin/host_api/route_table.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "base/ascii.hpp"
#include "plugin/abi.hpp"
#include "shared/json.hpp"

namespace colibri::plugin {
namespace {

constexpr std::size_t kMaxRoutes = 64, kMaxAction = 32;
constexpr std::uint32_t kBodyBytes = 64U << 10, kMaxBodyBytes = 1U << 20;
constexpr std::uint32_t kTimeoutMs = 10'000, kMaxTimeoutMs = 60'000;
constexpr std::size_t kMaxBodyOut = std::size_t{1} << 20, kMaxSentences = 32;
constexpr std::array<std::string_view, 5> kMethods = {"GET", "POST", "PUT", "PATCH", "DELETE"};

bool isAction(std::string_view s) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !s.empty() && s.size() <= kMaxAction && letter(s[0]) &&
         std::all_of(s.begin(), s.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

Result<Route> readRoute(const colibri_http_route& row, std::string_view alias,
                        const RouteWords& words) {
  const auto wrong = [](std::string what) { return Error{Errc::rejected, std::move(what)}; };
  if (!COLIBRI_KNOWS(&row, action)) return wrong("is too small");
  Route route;
  route.alias = alias;
  route.method = abi::view(row.method);
  route.action = abi::view(row.action);
  if (std::find(kMethods.begin(), kMethods.end(), route.method) == kMethods.end())
    return wrong("has a method that is not GET, POST, PUT, PATCH or DELETE");
  if (!isAction(route.action))
    return wrong("has an action that is not [A-Za-z][A-Za-z0-9-]* of at most 32");
  if (const auto action = lowerCase(route.action);
      contains(words.ofHost, action) || contains(words.aliases, action))
    return wrong("has the action \"" + route.action + "\", which other paths begin with");
  if (row.scope != COLIBRI_ROUTE_GLOBAL && row.scope != COLIBRI_ROUTE_OF_INSTANCE)
    return wrong("has a scope that this host does not know");
  route.ofInstance = row.scope == COLIBRI_ROUTE_OF_INSTANCE;
  if (row.max_body_bytes > kMaxBodyBytes || row.timeout_ms > kMaxTimeoutMs)
    return wrong("wants a body over 1 MB or a time over 60 s");
  route.maxBodyBytes = row.max_body_bytes == 0 ? kBodyBytes : row.max_body_bytes;
  route.timeoutMs = row.timeout_ms == 0 ? kTimeoutMs : row.timeout_ms;
  return route;
}

}  // namespace

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Result<std::vector<Route>> readRoutes(const colibri_plugin_http_routes& table,
                                      std::string_view alias, const RouteWords& words) {
  if (contains(words.ofHost, alias))
    return Error{Errc::rejected, "it wants to serve routes below /" + std::string(alias) +
                                     ", where the gateway's own routes are: give it another alias"};
  if (table.routes == nullptr || table.route_count == 0 || table.route_count > kMaxRoutes)
    return Error{Errc::rejected, "its table of routes is null, empty or over 64"};
  std::vector<Route> routes;
  const auto* at = reinterpret_cast<const char*>(table.routes);
  for (std::uint32_t i = 0; i < table.route_count; ++i, at += table.routes->struct_size) {
    auto route = readRoute(*reinterpret_cast<const colibri_http_route*>(at), alias, words);
    const auto number = "its route " + std::to_string(i + 1) + " ";
    if (!route) return Error{Errc::rejected, number + route.error().message};
    const bool repeated = std::any_of(routes.begin(), routes.end(), [&](const Route& other) {
      return other.method == route->method && lowerCase(other.action) == lowerCase(route->action) &&
             other.ofInstance == route->ofInstance;
    });
    if (repeated) return Error{Errc::rejected, number + "is there twice"};
    route->index = i;
    routes.push_back(std::move(*route));
  }
  return routes;
}

Result<RouteAnswer> readAnswer(std::uint32_t status, colibri_str body) {
  const auto wrong = [](const char* what) { return Error{Errc::rejected, what}; };
  if (status < 200 || status > 599) return wrong("an HTTP status that is not 200 to 599");
  if (!abi::valid(body) || body.size > kMaxBodyOut)
    return wrong("an answer that is null or over 1 MB");
  const auto parsed = shared::parseJson(abi::view(body), shared::kLargeJson);
  if (parsed.fault) return Error{Errc::rejected, "an answer that " + parsed.fault->what};
  RouteAnswer answer;
  answer.status = static_cast<int>(status);
  if (status < 400) {
    answer.body = abi::view(body);
    return answer;
  }
  const auto* sentences = parsed.value.if_array();
  if (sentences == nullptr || sentences->empty() || sentences->size() > kMaxSentences)
    return wrong("an error that is not an array of 1 to 32 sentences");
  for (const auto& sentence : *sentences) {
    if (!sentence.is_string()) return wrong("an error whose sentences are not strings");
    answer.sentences.emplace_back(sentence.as_string());
  }
  return answer;
}

}  // namespace colibri::plugin
