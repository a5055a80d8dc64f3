#include "config/schema_node.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <cstdint>

namespace colibri::config {
namespace {

namespace json = boost::json;

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

std::string plain(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

template <class Number>
std::string range(const std::optional<Number>& least, const std::optional<Number>& most) {
  const auto text = [](Number number) { return plainNumber(static_cast<double>(number)); };
  if (least && most && *least == *most) return text(*least);
  if (least && most) return text(*least) + " to " + text(*most);
  if (least) return text(*least) + " or more";
  if (most) return "at most " + text(*most);
  return {};
}

std::string withRange(std::string what, std::string_view before, const std::string& range,
                      std::string_view after) {
  if (range.empty()) return what;
  return what.append(before).append(range).append(after);
}

std::string describeString(const SchemaNode& node) {
  if (node.httpUrl) return "an http:// or https:// URL with a host";
  std::string text =
      withRange("a string", " of ", range(node.minLength, node.maxLength), " characters");
  if (node.pattern) text += " like " + node.patternText;
  return text;
}

}  // namespace

std::uint8_t typesOf(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return kNull;
    case json::kind::bool_:
      return kBoolean;
    case json::kind::int64:
    case json::kind::uint64:
      return kInteger | kNumber;
    case json::kind::double_: {
      const double number = value.get_double();
      return number == std::floor(number) ? kInteger | kNumber : kNumber;
    }
    case json::kind::string:
      return kString;
    case json::kind::array:
      return kArray;
    case json::kind::object:
      break;
  }
  return kObject;
}

std::string plainNumber(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return std::to_string(static_cast<std::int64_t>(number));
  return json::serialize(json::value(number));
}

std::string plainList(const std::vector<json::value>& values) {
  std::vector<std::string> parts;
  for (const auto& value : values) parts.push_back(plain(value));
  return join(parts, ",");
}

std::string typeNames(const SchemaNode& reference) {
  const auto& node = resolved(reference);
  unsigned types = node.types;
  for (const auto* branches : {&node.anyOf, &node.oneOf}) {
    if (branches->empty()) continue;
    unsigned any = 0;
    for (const auto* branch : *branches) any |= resolved(*branch).types;
    types &= any;
  }
  constexpr std::pair<unsigned, const char*> kNames[] = {
      {kString, "string"}, {kNumber, "number"}, {kInteger, "integer"}, {kBoolean, "boolean"},
      {kArray, "array"},   {kObject, "object"}, {kNull, "null"}};
  std::vector<std::string> names;
  for (const auto& [bit, name] : kNames) {
    const bool within = bit == kInteger && (types & kNumber) != 0;  // a number may be whole
    if ((types & bit) != 0 && !within) names.emplace_back(name);
  }
  return join(names, ",");
}

std::string describe(const SchemaNode& reference) {
  const auto& node = resolved(reference);
  if (node.never) return "nothing";
  std::vector<std::string> parts;
  if (node.allowed) {
    for (const auto& value : *node.allowed) parts.push_back(plain(value));
    return join(parts, ", ");
  }
  for (const auto* branches : {&node.anyOf, &node.oneOf}) {
    // One level only: branches of branches would make a sentence nobody reads.
    for (const auto* branch : *branches) {
      const auto& inner = resolved(*branch);
      auto text = inner.anyOf.empty() && inner.oneOf.empty() ? describe(inner) : "another form";
      if (inner.types == kAnyType && !inner.required.empty())
        text = "an object with " + join(inner.required, ", ");
      if (std::ranges::find(parts, text) == parts.end()) parts.push_back(std::move(text));
    }
  }
  if (!parts.empty()) return join(parts, " or ");
  if (node.types == kAnyType) return "anything";
  if (node.types & kString) parts.push_back(describeString(node));
  const auto numbers = range(node.minimum, node.maximum);
  const auto before = node.minimum && node.maximum ? " from " : " of ";
  if (node.types & kNumber)
    parts.push_back(withRange("a number", before, numbers, ""));
  else if (node.types & kInteger)
    parts.push_back(withRange("an integer", before, numbers, ""));
  if (node.types & kBoolean) parts.emplace_back("true or false");
  const auto items = range(node.minItems, node.maxItems);
  if (node.types & kArray) parts.push_back(withRange("a list", " of ", items, " items"));
  if (node.types & kObject) parts.emplace_back("an object");
  if (node.types & kNull) parts.emplace_back("null");
  return join(parts, " or ");
}

std::vector<std::string> propertyNames(const SchemaNode& node) {
  std::vector<std::string> names;
  for (const auto& property : node.properties) names.push_back(property.first);
  return names;
}

std::vector<const SchemaNode*> schemasFor(const SchemaNode& node, std::string_view key) {
  std::vector<const SchemaNode*> found;
  if (const auto property = node.properties.find(key); property != node.properties.end()) {
    found.push_back(property->second);
  }
  for (const auto& [pattern, schema] : node.patternProperties) {
    if (pattern.search(key)) found.push_back(schema);
  }
  if (found.empty() && node.additional) found.push_back(node.additional);
  return found;
}

}  // namespace colibri::config
