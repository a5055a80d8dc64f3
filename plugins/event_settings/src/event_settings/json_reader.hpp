#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace colibri::event_settings {

/// A text as Boost.JSON takes it.
inline boost::json::string_view text(std::string_view view) noexcept {
  return {view.data(), view.size()};
}

/// The object in `text`. The host has validated it against our schema; what a schema cannot say,
/// and a host that errs, is refused here. [Errors] all throw sdk::Error(E_INVALID_ARGUMENT) with
/// "key: what is allowed"; values are never repeated.
boost::json::object parseObject(std::string_view text);
void refuseUnknownKeys(const boost::json::object& object,
                       std::initializer_list<std::string_view> known);
[[noreturn]] void refuse(std::string_view key, std::string_view sentence);

// Nothing if the key is absent.
std::optional<std::string> stringAt(const boost::json::object& object, std::string_view key);
std::optional<bool> boolAt(const boost::json::object& object, std::string_view key);
std::optional<std::int64_t> integerAt(const boost::json::object& object, std::string_view key,
                                      std::int64_t least, std::int64_t most);
const boost::json::object* objectAt(const boost::json::object& object, std::string_view key);
const boost::json::array* arrayAt(const boost::json::object& object, std::string_view key);

}  // namespace colibri::event_settings
