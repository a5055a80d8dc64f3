#pragma once

#include <colibri/abi/ext/http_routes.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plugin/route.hpp"

namespace colibri::plugin {

/// First words of the paths that are not a plugin's to serve, in lower case. An action must be none
/// either: so no path has two meanings.
struct RouteWords {
  std::vector<std::string> ofHost;   ///< routers of the API and prefixes of dialects
  std::vector<std::string> aliases;  ///< of all plugins that the configuration names
  /// Of the plugins before, in lower case.
  std::vector<std::string> rootMounts = {}, instanceMounts = {};
};

bool contains(const std::vector<std::string>& words, std::string_view word);

/// Judges a plugin's table. Pure. [Errors] rejected: a sentence that names the row.
Result<std::vector<Route>> readRoutes(const colibri_plugin_http_routes& table,
                                      std::string_view alias, const RouteWords& words);

/// Judges what a plugin gave to respond(). [Errors] rejected: what is wrong with it.
Result<RouteAnswer> readAnswer(std::uint32_t status, colibri_str body);

}  // namespace colibri::plugin
