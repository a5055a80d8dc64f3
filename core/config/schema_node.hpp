#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/pattern.hpp"

namespace colibri::config {

/// JSON's types as a set of bits. `integer` is a number without a fraction.
enum TypeBit : std::uint8_t {
  kNull = 1,
  kBoolean = 2,
  kInteger = 4,
  kNumber = 8,
  kString = 16,
  kArray = 32,
  kObject = 64,
  kAnyType = 127,
};

/// One compiled schema. Pointers go to other nodes of the same Schema, which owns them all.
///
/// [Threading] immutable once compiled.
struct SchemaNode {
  bool never = false;                                      // the schema `false`
  std::uint8_t types = kAnyType;                           // TypeBits
  std::optional<std::vector<boost::json::value>> allowed;  // enum, const
  std::optional<double> minimum, maximum;
  std::optional<std::size_t> minLength, maxLength, minItems, maxItems;
  bool uniqueItems = false;
  std::optional<Pattern> pattern;
  std::string patternText;
  bool httpUrl = false;   // format uri-http
  bool notBlank = false;  // x-colibri-not-blank
  bool digits = false;    // x-colibri-digits

  std::map<std::string, const SchemaNode*, std::less<>> properties;
  std::vector<std::pair<Pattern, const SchemaNode*>> patternProperties;
  std::vector<std::string> required;
  const SchemaNode* additional = nullptr;  // additionalProperties; nullptr: anything
  const SchemaNode* items = nullptr;       // nullptr: anything
  std::vector<const SchemaNode*> anyOf, oneOf;
  const SchemaNode* target = nullptr;  // $ref

  std::optional<boost::json::value> defaultValue;
  std::string unit;
  std::string says;                                               // x-colibri-says
  boost::json::object extensions;                                 // of the root: x-colibri-v2, …
  std::string variable;                                           // x-colibri-variable
  std::map<std::string, std::string, std::less<>> variableWords;  // x-colibri-variable-words
  bool secret = false, testOnly = false;
};

/// The node that a chain of `$ref` ends at. The compiler refuses chains that end nowhere.
inline const SchemaNode& resolved(const SchemaNode& node) {
  const auto* at = &node;
  while (at->target) at = at->target;
  return *at;
}

/// The types a value has: a whole number has two.
std::uint8_t typesOf(const boost::json::value& value);

/// `an integer from 1 to 65535`, `one of sqlite, postgresql`: for error messages.
std::string describe(const SchemaNode& reference);
/// `string,null`: the types, as JSON Schema calls them.
std::string typeNames(const SchemaNode& reference);
/// The values as people write them, with commas.
std::string plainList(const std::vector<boost::json::value>& values);
/// 65535, not 65535.000000.
std::string plainNumber(double number);
/// The names of the properties, for error messages.
std::vector<std::string> propertyNames(const SchemaNode& node);

/// The schemas that the member `key` of an object has to meet; none: anything goes.
std::vector<const SchemaNode*> schemasFor(const SchemaNode& node, std::string_view key);

}  // namespace colibri::config
