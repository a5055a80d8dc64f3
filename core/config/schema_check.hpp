#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema_node.hpp"
#include "config/violation.hpp"

namespace colibri::config {

/// What is wrong with `value`, at most one more than kMaxViolations. `name` stands before every
/// path.
///
/// Time is bounded whatever schema and document are: after 100,000 steps, or below 64 levels, the
/// document is refused as too complex.
///
/// [Threading] any thread, pure.
std::vector<Violation> checkAgainst(const SchemaNode& schema, const boost::json::value& value,
                                    std::string_view name);

/// Puts the defaults of missing members into a `value` that meets the schema; of alternatives,
/// those of the first that fits. False if that takes too long, as above.
bool fillDefaults(const SchemaNode& schema, boost::json::value& value);

}  // namespace colibri::config
