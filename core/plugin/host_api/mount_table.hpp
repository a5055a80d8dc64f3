#pragma once

#include <colibri/abi/ext/websocket_routes.h>

#include <string_view>
#include <vector>

#include "plugin/host_api/route_table.hpp"
#include "plugin/web.hpp"

namespace colibri::plugin {

/// Judges a plugin's table of mounts. Pure. [Errors] rejected: a sentence that names the row.
Result<std::vector<Mount>> readMounts(const colibri_plugin_websocket_routes& table,
                                      std::string_view alias, const RouteWords& words);

}  // namespace colibri::plugin
