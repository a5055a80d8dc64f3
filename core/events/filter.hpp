#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace colibri::events {

/// A subscription's filter, compiled once: `{"types":["messages.*","connection.update"]}` by wire name;
/// `*` at the end matches any rest. Empty text, `{}` or an empty list = everything, except host-internal
/// names that need naming (`delivery.suspended`).
///
/// [Threading] immutable; any thread.
class Filter {
 public:
  Filter() = default;  ///< everything
  /// [Errors] invalidArgument with the reason and place. Unknown names are errors; `groups.update` too
  /// answers to the filter names GROUPS_UPDATE and GROUP_UPDATE at the API.
  static Result<Filter> parse(std::string_view json);
  bool matches(std::string_view typeName) const noexcept;

 private:
  std::vector<std::string> names_, prefixes_;
};

}  // namespace colibri::events
