#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace colibri::events {

/// A subscription's filter, compiled once: `{"types":["messages.*","connection.update"]}` by wire
/// name, where a `*` at the end matches any rest. Empty text, `{}` or an empty list = everything.
/// Host-internal names (`delivery.suspended`) match only where they are written out.
///
/// [Threading] immutable; any thread.
class Filter {
 public:
  Filter() = default;  ///< everything
  /// [Errors] invalidArgument with the reason and the place; a name no event has is an error.
  static Result<Filter> parse(std::string_view text);
  bool matches(std::string_view typeName) const noexcept;

 private:
  std::vector<std::string> names_, prefixes_;
};

}  // namespace colibri::events
