#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/schema_node.hpp"

namespace colibri::config {

/// The nodes of one schema; the first is the root.
using SchemaNodes = std::vector<std::unique_ptr<SchemaNode>>;

/// Turns a schema's text into nodes and checks it: only the keywords of schema.hpp, references that
/// exist and do not run in circles, defaults that meet their own schema.
///
/// [Threading] any thread, pure. [Errors] invalidArgument: place in the schema and what is wrong.
Result<SchemaNodes> compileSchema(std::string_view text);

}  // namespace colibri::config
