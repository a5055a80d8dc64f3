#include "fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <string>

namespace colibri::baileys {
namespace json = boost::json;
namespace {

[[noreturn]] void wrong(std::string_view name, const char* what) {
  throw ProtocolError("field '" + std::string(name) + "' " + what);
}

std::string_view limited(const json::value& value, std::string_view name, std::size_t most) {
  const auto* text = value.if_string();
  if (text == nullptr) wrong(name, "is not a text");
  if (text->size() > most) wrong(name, "is too long");
  return {text->data(), text->size()};
}

/// JavaScript writes whole numbers beyond 2^53 as 1e+21 and the like: only exact integers pass.
std::int64_t whole(const json::value& value, std::string_view name, std::int64_t least,
                   std::int64_t most) {
  const auto* number = value.if_int64();
  if (number == nullptr) wrong(name, "is not a whole number");
  if (*number < least || *number > most) wrong(name, "is out of bounds");
  return *number;
}

}  // namespace

const json::value* Fields::find(std::string_view name) const {
  const auto* value = object_.if_contains(json::string_view(name.data(), name.size()));
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string_view Fields::text(std::string_view name, std::size_t most) const {
  const auto* value = find(name);
  if (value == nullptr) wrong(name, "is missing");
  return limited(*value, name, most);
}

std::optional<std::string_view> Fields::optionalText(std::string_view name,
                                                     std::size_t most) const {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  return limited(*value, name, most);
}

std::uint64_t Fields::id(std::string_view name) const {
  const auto digits = text(name, 20);
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || problem != std::errc() || stop != end) wrong(name, "is not a number");
  return value;
}

std::int64_t Fields::number(std::string_view name, std::int64_t least, std::int64_t most) const {
  const auto* value = find(name);
  if (value == nullptr) wrong(name, "is missing");
  return whole(*value, name, least, most);
}

std::int64_t Fields::numberOr(std::string_view name, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) const {
  const auto* value = find(name);
  return value == nullptr ? fallback : whole(*value, name, least, most);
}

bool Fields::flagOr(std::string_view name, bool fallback) const {
  const auto* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) wrong(name, "is not true or false");
  return value->get_bool();
}

const json::array& Fields::list(std::string_view name, std::size_t most) const {
  const auto* found = optionalList(name, most);
  if (found == nullptr) wrong(name, "is missing");
  return *found;
}

const json::array* Fields::optionalList(std::string_view name, std::size_t most) const {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) wrong(name, "is not a list");
  if (value->get_array().size() > most) wrong(name, "is too long");
  return &value->get_array();
}

const json::object* Fields::optionalObject(std::string_view name) const {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) wrong(name, "is not an object");
  return &value->get_object();
}

Fields objectIn(const json::value& element, std::string_view list) {
  if (!element.is_object()) wrong(list, "holds something that is not an object");
  return Fields(element.get_object());
}

std::string_view Tail::take(std::size_t size) {
  if (size > rest_.size()) throw ProtocolError("the tail is shorter than its fields say");
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

void Tail::end() const {
  if (!rest_.empty()) throw ProtocolError("the tail is longer than its fields say");
}

}  // namespace colibri::baileys
