#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace colibri::config {

/// A place in a file, as editors count: from 1.
struct Place {
  int line = 1, column = 1;
};

/// A YAML document as JSON, with the place of every key and value by its path (childPath()).
struct YamlDocument {
  struct Places {
    Place key, value;
  };
  boost::json::value root;
  std::map<std::string, Places, std::less<>> places;

  /// The place of `path`, or of the nearest thing around it that is in the file.
  Place placeOf(std::string_view path, bool key) const;
};

/// Reads one document of YAML 1.2's core types: at most 1 MB, 32 levels, 10,000 values. Aliases
/// (and with them alias bombs), duplicate keys, tags other than !!str and further documents are
/// refused. `yes`, `on` and the like are strings, as YAML 1.2 has it. An empty file is an empty
/// object.
///
/// [Threading] any thread, pure. [Errors] invalidArgument: `line:column: what is wrong`.
Result<YamlDocument> parseYaml(const std::string& text);

}  // namespace colibri::config
