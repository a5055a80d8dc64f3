#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace colibri::api {

/// A request's JSON object; an empty body is `{}`. [Errors] invalidArgument with line and column.
Result<boost::json::object> parseObject(std::string_view text);

/// Of a person or group that a body names, by sdk/schema: bytes.
inline constexpr std::size_t kChatMax = 128;
std::string tooLong(std::string_view member);

/// Reads the members of a body and collects what is wrong with them, so the caller is told
/// everything at once. A member that is null counts as absent.
///
/// [Threading] confined to its function. [Ownership] borrows the object.
class Fields {
 public:
  explicit Fields(const boost::json::object& object) : object_(object) {}

  /// Absent: empty. Not a string: an error.
  std::string text(std::string_view name);
  std::string requiredText(std::string_view name);
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> number(std::string_view name, std::int64_t min, std::int64_t max);
  const boost::json::object* object(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name);
  /// Everything else than these is an error; the first of them are named, the rest is counted.
  void only(std::initializer_list<std::string_view> names) {
    only([&](std::string_view key) { return std::ranges::find(names, key) != names.end(); });
  }
  void only(const std::function<bool(std::string_view)>& known);
  void wrong(std::string sentence) { errors_.push_back(std::move(sentence)); }

  const std::vector<std::string>& errors() const noexcept { return errors_; }

 private:
  const boost::json::value* find(std::string_view name) const;
  const boost::json::object& object_;
  std::vector<std::string> errors_;
};

}  // namespace colibri::api
