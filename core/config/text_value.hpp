#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"
#include "config/schema_node.hpp"

namespace colibri::config {

/// The text of an environment variable as the type that `schema` wants: `true`, `1`, `yes`, `on`
/// and their opposites in any case (a number, where that is allowed, too), numbers, lists separated
/// by commas (or as JSON), objects as JSON.
///
/// [Threading] any thread, pure. [Errors] invalidArgument: what it should have been; never the
/// text.
Result<boost::json::value> valueFromText(const SchemaNode& schema, std::string_view text);

/// Without blanks at both ends. [Threading] pure.
std::string_view trimmed(std::string_view text);

}  // namespace colibri::config
