#include "config/text_value.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string>

#include "base/ascii.hpp"
#include "config/json_text.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

std::optional<json::value> wholeNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end) return std::nullopt;
  return number;
}

std::optional<json::value> realNumber(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// The words that people and other gateways write into .env files.
std::optional<bool> yesOrNo(std::string_view text) {
  const auto isOneOf = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return sameIgnoringCase(text, word); });
  };
  if (isOneOf({"true", "1", "yes", "on"})) return true;
  if (isOneOf({"false", "0", "no", "off"})) return false;
  return std::nullopt;
}

Result<json::value> listOf(const SchemaNode& node, std::string_view text) {
  if (text.starts_with('[')) return parseJson(text);
  static const SchemaNode kAnything;
  json::array list;
  while (!text.empty()) {
    const auto end = text.find(',');
    auto item = valueFromText(node.items ? *node.items : kAnything, trimmed(text.substr(0, end)));
    if (!item) return item;
    list.push_back(std::move(*item));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return json::value(std::move(list));
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Result<json::value> valueFromText(const SchemaNode& schema, std::string_view text) {
  const auto& node = resolved(schema);
  // A variable cannot say whether 10 is a number: if a string would do, it is one.
  const bool onlyText = (node.types & kString) && node.types != kAnyType;
  if (onlyText) return json::value(json::string(text));
  if (node.types & (kInteger | kNumber)) {
    if (auto number = wholeNumber(text)) return *number;
  }
  if (node.types & kNumber) {
    if (auto number = realNumber(text)) return *number;
  }
  if (node.types & kBoolean) {
    if (const auto flag = yesOrNo(text)) return json::value(*flag);
  }
  if (node.types == kAnyType) return json::value(json::string(text));
  if (node.types & kArray) return listOf(node, text);
  if (node.types & kObject) {
    auto object = parseJson(text);
    if (object && object->is_object()) return object;
  }
  return Error{Errc::invalidArgument, "cannot be read, allowed: " + describe(node)};
}

}  // namespace colibri::config
