#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::api {

enum class Dialect : std::uint8_t { native, v2 };

enum class Action : std::uint8_t {
  health,
  ready,
  welcome,
  verifyCreds,
  plugins,
  metrics,  // of the gateway
  createInstance,
  fetchInstances,  // shared: no instance in the path
  connect,
  connectionState,
  restart,
  setPresence,
  logout,
  deleteInstance,
  sendText,
  lanes,
  attempts,
  deadLetters,
  replay,
  purge,
  resume,   // of one instance
  ofPlugin  // whatever a plugin serves
};

/// Who may call an action, decided before anything is looked up.
enum class Access : std::uint8_t {
  anyone,
  globalKey,
  anyKey,       ///< an instance's key sees its own instance only
  instanceKey,  ///< the key of the instance in the path, or the global one
};

struct Match {
  Action action;
  Access access;
  Dialect dialect = Dialect::native;
  std::string instance;    ///< decoded, case kept; empty if the route has none
  std::size_t plugin = 0;  ///< of `ofPlugin`: which row of the plugins' table
};

/// One row of the table, to document and to test.
struct Route {
  Action action;
  Access access;
  std::string_view method, router,
      name;  ///< `router`/`name` are the path's words; empty = not there
  bool ofInstance;
};
std::span<const Route> routes() noexcept;
/// What no plugin may serve routes below, and what no action of one may be called: the first words
/// of our own paths. Lower case.
std::vector<std::string> routeWords();

/// What a request means. Words are compared without regard to case, instance names with it.
///
///   native    /{instance}/{router}/{name}   and the shared paths at the root
///   v2        /{router}/{name}/{instance}, and everything under /v2
///   `rootDialect` v2: the shared paths at the root answer as v2, the native ones are under
///   /native.
///
/// Reserved instance names (instances/names.hpp) keep this unambiguous. [Threading] pure.
/// Nothing: no such route.
/// `plugins`: the rows of plugins, all with the action `ofPlugin`; ours come first.
std::optional<Match> matchRoute(std::string_view method, std::span<const std::string> segments,
                                Dialect rootDialect, std::span<const Route> plugins = {});

}  // namespace colibri::api
