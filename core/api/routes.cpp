#include "api/routes.hpp"

#include <algorithm>
#include <array>

namespace colibri::api {
namespace {

using enum Action;

constexpr std::array kRoutes = {
    Route{health, Access::anyone, "GET", "health", "", false},
    Route{welcome, Access::anyone, "GET", "", "", false},
    Route{verifyCreds, Access::globalKey, "POST", "verify-creds", "", false},
    Route{plugins, Access::globalKey, "GET", "plugins", "", false},
    Route{metrics, Access::globalKey, "GET", "metrics", "", false},
    Route{createInstance, Access::globalKey, "POST", "instance", "create", false},
    Route{fetchInstances, Access::anyKey, "GET", "instance", "fetchInstances", false},
    Route{connect, Access::instanceKey, "GET", "instance", "connect", true},
    Route{connectionState, Access::instanceKey, "GET", "instance", "connectionState", true},
    Route{restart, Access::instanceKey, "POST", "instance", "restart", true},
    Route{setPresence, Access::instanceKey, "POST", "instance", "setPresence", true},
    Route{logout, Access::instanceKey, "DELETE", "instance", "logout", true},
    Route{deleteInstance, Access::instanceKey, "DELETE", "instance", "delete", true},
    Route{sendText, Access::instanceKey, "POST", "message", "sendText", true},
};

bool sameWord(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

bool sameMethod(std::string_view asked, std::string_view route) {
  return asked == route || (asked == "HEAD" && route == "GET");
}

const Route* findRoute(std::string_view method, std::string_view router, std::string_view name,
                       bool ofInstance) {
  const auto at = std::find_if(kRoutes.begin(), kRoutes.end(), [&](const Route& route) {
    return route.ofInstance == ofInstance && sameMethod(method, route.method) &&
           sameWord(router, route.router) && sameWord(name, route.name);
  });
  return at == kRoutes.end() ? nullptr : &*at;
}

std::optional<Match> matched(const Route* route, Dialect dialect,
                             const std::string& instance = {}) {
  if (route == nullptr) return std::nullopt;
  return Match{route->action, route->access, dialect, instance};
}

}  // namespace

std::span<const Route> routes() noexcept {
  return kRoutes;
}

std::optional<Match> matchRoute(std::string_view method, std::span<const std::string> segments,
                                Dialect rootDialect) {
  Dialect shared = rootDialect;
  bool nativeForm = true;
  if (!segments.empty() && sameWord(segments[0], "v2")) {
    shared = Dialect::v2;
    nativeForm = false;
    segments = segments.subspan(1);
  } else if (!segments.empty() && rootDialect == Dialect::v2 && sameWord(segments[0], "native")) {
    shared = Dialect::native;
    segments = segments.subspan(1);
  }
  switch (segments.size()) {
    case 0:
      return matched(findRoute(method, "", "", false), shared);
    case 1:
      return matched(findRoute(method, segments[0], "", false), shared);
    case 2:
      return matched(findRoute(method, segments[0], segments[1], false), shared);
    case 3:
      if (auto v2 = matched(findRoute(method, segments[0], segments[1], true), Dialect::v2,
                            segments[2])) {
        return v2;
      }
      if (!nativeForm) return std::nullopt;
      return matched(findRoute(method, segments[1], segments[2], true), Dialect::native,
                     segments[0]);
    default:
      return std::nullopt;
  }
}

}  // namespace colibri::api
