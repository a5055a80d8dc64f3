#include "api/routes.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace colibri::api {
namespace {

using enum Action;

constexpr std::array kRoutes = {
    Route{health, Access::anyone, "GET", "health", "", false},
    Route{ready, Access::anyone, "GET", "ready", "", false},
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
    Route{lanes, Access::instanceKey, "GET", "deliveries", "lanes", true},
    Route{attempts, Access::instanceKey, "GET", "deliveries", "attempts", true},
    Route{deadLetters, Access::instanceKey, "GET", "deliveries", "deadLetters", true},
    Route{replay, Access::instanceKey, "POST", "deliveries", "replay", true},
    Route{purge, Access::instanceKey, "POST", "deliveries", "purge", true},
    Route{resume, Access::instanceKey, "POST", "deliveries", "resume", true},
};

bool sameWord(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

bool sameMethod(std::string_view asked, std::string_view route) {
  return asked == route || (asked == "HEAD" && route == "GET");
}

/// The table of ours, then that of the plugins.
struct Tables {
  std::span<const Route> plugins;

  std::optional<Match> find(std::string_view method, std::string_view router, std::string_view name,
                            Dialect dialect, const std::string* instance = nullptr) const {
    const auto is = [&](const Route& route) {
      return route.ofInstance == (instance != nullptr) && sameMethod(method, route.method) &&
             sameWord(router, route.router) && sameWord(name, route.name);
    };
    const auto own = std::find_if(kRoutes.begin(), kRoutes.end(), is);
    const auto other =
        own == kRoutes.end() ? std::find_if(plugins.begin(), plugins.end(), is) : plugins.end();
    if (own == kRoutes.end() && other == plugins.end()) return std::nullopt;
    const auto& route = own == kRoutes.end() ? *other : *own;
    const auto row = own == kRoutes.end() ? other - plugins.begin() : 0;
    return Match{route.action, route.access, dialect, instance == nullptr ? "" : *instance,
                 static_cast<std::size_t>(row)};
  }
};

}  // namespace

std::span<const Route> routes() noexcept {
  return kRoutes;
}

std::vector<std::string> routeWords() {
  std::set<std::string> words{"v2", "native"};
  for (const auto& route : kRoutes)
    if (!route.router.empty()) words.emplace(route.router);
  return {words.begin(), words.end()};
}

std::optional<Match> matchRoute(std::string_view method, std::span<const std::string> segments,
                                Dialect rootDialect, std::span<const Route> plugins) {
  const Tables tables{plugins};
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
      return tables.find(method, "", "", shared);
    case 1:
      return tables.find(method, segments[0], "", shared);
    case 2:
      return tables.find(method, segments[0], segments[1], shared);
    case 3:
      if (auto v2 = tables.find(method, segments[0], segments[1], Dialect::v2, &segments[2]))
        return v2;
      if (!nativeForm) return std::nullopt;
      return tables.find(method, segments[1], segments[2], Dialect::native, segments.data());
    default:
      return std::nullopt;
  }
}

}  // namespace colibri::api
