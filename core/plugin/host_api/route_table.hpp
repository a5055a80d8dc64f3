#pragma once

#include <colibri/abi/ext/http_routes.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plugin/route.hpp"

namespace colibri::plugin {

/// First words of the paths that are not a plugin's to serve, in lower case, and what plugins have
/// taken so far: so no path has two meanings.
struct RouteWords {
  std::vector<std::string> ofHost;  ///< routers of the API and prefixes of dialects
  /// Of all plugins that the configuration names; and where the plugins before have routes.
  std::vector<std::string> aliases;
  /// Of the plugins before, in lower case.
  std::vector<std::string> rootMounts = {}, instanceMounts = {};
  std::vector<Route> routes = {};  ///< likewise
};

bool contains(const std::vector<std::string>& words, std::string_view word);

/// Judges the rows that a plugin brings, by the checker of the catalogue. Pure. [Errors] rejected:
/// all that is wrong, a line each that names the row.
Result<std::vector<Route>> readRoutes(std::string_view rowsJson, std::string_view alias,
                                      const RouteWords& words);

/// Judges what a plugin gave to respond(). [Errors] rejected: what is wrong with it.
Result<RouteAnswer> readAnswer(const colibri_route_answer& given);

}  // namespace colibri::plugin
