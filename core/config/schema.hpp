#pragma once

#include <boost/json/fwd.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/violation.hpp"

namespace colibri::config {

struct SchemaNode;

/// A JSON Schema, to check documents of strangers and to fill in what they left out.
///
/// Keywords: type, enum, const, properties, patternProperties, additionalProperties, required,
/// items, minItems, maxItems, uniqueItems (compares written forms), minLength, maxLength
/// (characters), pattern (pattern.hpp; texts over 64 KB do not match), format: uri-http, minimum,
/// maximum, anyOf, oneOf, $ref to #/$defs/, default, title, description, examples, deprecated,
/// $schema, $id, $comment; and ours: x-colibri-secret (never shown or logged), x-colibri-test-only
/// (refused outside of tests), x-colibri-unit, x-colibri-not-blank (a text with more than blanks in
/// it), x-colibri-digits (a text that may also be written as a number that is whole and not
/// negative, and is a text from then on), x-colibri-says (the sentence for a value of the right
/// type that breaks a rule of this very schema), x-colibri-variable and x-colibri-variable-words
/// (of a plugin's configuration: the variable that stands for a key, or of a family FAMILY_* those
/// for each key below it, and how it spells values), at the root x-colibri-v2 and x-colibri-create
/// (settings_schema.hpp). Anything else in a schema is an error: a rule that is not checked is no
/// rule.
///
/// A default is put in where a member is missing and its parent is there; give the parent
/// `"default": {}` to have it made as well. `required` is checked before.
///
/// [Threading] immutable; any thread. [Ownership] copies share the compiled schema.
class Schema {
 public:
  /// [Errors] invalidArgument: the place in the schema and what is wrong with it.
  static Result<Schema> parse(std::string_view text);

  /// A document that was checked. `json` counts only if there are no violations.
  struct Checked {
    std::vector<Violation> violations;
    std::string json;  ///< with the defaults
  };
  /// Checks JSON of at most 1 MB and 32 levels, e.g. the `webhook` object of a request; `name`
  /// stands before every path. Time is bounded for any input.
  Checked check(std::string_view text, std::string_view name) const;

  /// The same for who only passes it on: the JSON with the defaults. [Errors] invalidArgument: a
  /// sentence per line.
  Result<std::string> complete(std::string_view json, std::string_view name) const;

  /// The same for a value; fills in the defaults when nothing is wrong.
  std::vector<Violation> apply(boost::json::value& value, std::string_view name) const;

  /// What the root says for whoever knows it, by keyword, as it is written there.
  const boost::json::object& extensions() const;
  /// Whether the root names a property, and whether that may be null.
  bool has(std::string_view property) const;
  bool takesNull(std::string_view property) const;
  /// Texts, as of a query, as the types that the root's properties of those names want. What cannot
  /// be read is added to `faults` and stays out; so do names that the root has not.
  boost::json::object fromTexts(
      std::span<const std::pair<std::string_view, std::string_view>> texts,
      std::vector<Violation>& faults) const;

  /// One property that the schema names, at any depth.
  struct Key {
    std::vector<std::string> path;
    const SchemaNode* node = nullptr;  ///< lives as long as the Schema
    bool leaf = true;                  ///< has no properties of its own
  };
  /// All of them, parents before children, sorted; not what is under alternatives or patterns.
  std::vector<Key> keys() const;

  /// A value that the schema says something special about.
  struct Mark {
    std::string path;
    const boost::json::value* value = nullptr;  ///< lives as long as the document
  };
  struct Marks {
    std::vector<Mark> secrets;   ///< strings under x-colibri-secret
    std::vector<Mark> testOnly;  ///< whatever is under x-colibri-test-only
  };
  Marks marks(const boost::json::value& document, std::string_view name) const;

 private:
  struct Compiled;
  explicit Schema(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  const SchemaNode& root() const;

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace colibri::config
