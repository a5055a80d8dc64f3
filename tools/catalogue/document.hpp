#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <vector>

#include "definitions.hpp"

namespace colibri::catalogue_tool {

/// The document of the API, by OpenAPI 3.1. `v2`: only what clients of that dialect need; nothing:
/// both dialects. Plugins' own schemas are referred to by their files there, and written out in the
/// document of one dialect, whose readers have no files. [Errors]
/// throws Faulty.
boost::json::object document(const Catalogue& catalogue, std::optional<bool> v2);

/// The statuses that it promises for an operation, in either dialect, sorted.
std::vector<int> statusesOf(const Definition& definition);
/// The status of success.
int statusOf(const Definition& definition, bool v2);

}  // namespace colibri::catalogue_tool
