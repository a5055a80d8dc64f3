#include "config/schema_compiler.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "config/json_text.hpp"
#include "config/refused.hpp"
#include "config/schema_check.hpp"
#include "config/violation.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDefinitions = 256;

std::uint8_t typeBit(std::string_view name) {
  static const std::map<std::string_view, std::uint8_t> kTypes{
      {"null", kNull},       {"boolean", kBoolean},
      {"integer", kInteger}, {"number", kNumber | kInteger},
      {"string", kString},   {"array", kArray},
      {"object", kObject}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? std::uint8_t{0} : found->second;
}

class Compiler {
 public:
  explicit Compiler(const json::value& root) {
    if (const auto* object = root.if_object()) {
      if (const auto* definitions = object->if_contains("$defs")) {
        definitions_ = objectOf(*definitions, "$defs");
      }
    }
    if (definitions_ && definitions_->size() > kMaxDefinitions) throw Refused{"$defs: too many"};
    compile(root, "");
    if (!definitions_) return;
    for (const auto& definition : *definitions_)
      definitionOf(std::string(definition.key()), "$defs");
  }

  SchemaNodes takeNodes() { return std::move(nodes_); }

 private:
  using Path = const std::string&;

  [[noreturn]] static void refuse(Path path, const std::string& why) {
    throw Refused{path.empty() ? why : path + ": " + why};
  }

  SchemaNode& newNode() { return *nodes_.emplace_back(std::make_unique<SchemaNode>()); }

  const SchemaNode* compile(const json::value& schema, Path path) {
    auto& node = newNode();
    compileInto(node, schema, path);
    return &node;
  }

  void compileInto(SchemaNode& node, const json::value& schema, Path path) {
    if (const auto* all = schema.if_bool()) {
      node.never = !*all;
      return;
    }
    const auto* object = objectOf(schema, path);
    for (const auto& [key, value] : *object) keyword(node, key, value, childPath(path, key));
    if (object->contains("$ref")) refuseBesideReference(*object, path);
    if (object->contains("enum") && object->contains("const")) refuse(path, "enum beside const");
  }

  static const json::object* objectOf(const json::value& value, Path path) {
    const auto* object = value.if_object();
    if (!object) refuse(path, "is not an object");
    return object;
  }

  void keyword(SchemaNode& node, std::string_view key, const json::value& value, Path path) {
    using Reader = std::function<void(Compiler&, SchemaNode&, const json::value&, Path)>;
    static const std::map<std::string_view, Reader> kReaders{
        {"type", &Compiler::readType},
        {"enum", &Compiler::readEnum},
        {"const", [](auto&, auto& n, const auto& v, Path) { n.allowed.emplace({v}); }},
        {"properties", &Compiler::readProperties},
        {"patternProperties", &Compiler::readPatternProperties},
        {"additionalProperties",
         [](auto& c, auto& n, const auto& v, Path p) { n.additional = c.compile(v, p); }},
        {"required", &Compiler::readRequired},
        {"items", [](auto& c, auto& n, const auto& v, Path p) { n.items = c.compile(v, p); }},
        {"minItems", [](auto&, auto& n, const auto& v, Path p) { n.minItems = sizeOf(v, p); }},
        {"maxItems", [](auto&, auto& n, const auto& v, Path p) { n.maxItems = sizeOf(v, p); }},
        {"minLength", [](auto&, auto& n, const auto& v, Path p) { n.minLength = sizeOf(v, p); }},
        {"maxLength", [](auto&, auto& n, const auto& v, Path p) { n.maxLength = sizeOf(v, p); }},
        {"uniqueItems",
         [](auto&, auto& n, const auto& v, Path p) { n.uniqueItems = flagOf(v, p); }},
        {"minimum", [](auto&, auto& n, const auto& v, Path p) { n.minimum = numberOf(v, p); }},
        {"maximum", [](auto&, auto& n, const auto& v, Path p) { n.maximum = numberOf(v, p); }},
        {"pattern", &Compiler::readPattern},
        {"format", &Compiler::readFormat},
        {"anyOf", [](auto& c, auto& n, const auto& v, Path p) { n.anyOf = c.branches(v, p); }},
        {"oneOf", [](auto& c, auto& n, const auto& v, Path p) { n.oneOf = c.branches(v, p); }},
        {"$ref", &Compiler::readReference},
        {"$defs",
         [](auto&, auto&, const auto&, Path p) {
           if (p != "$defs") refuse(p, "only at the root");
         }},
        {"default", [](auto&, auto& n, const auto& v, Path) { n.defaultValue = v; }},
        {"x-colibri-secret",
         [](auto&, auto& n, const auto& v, Path p) { n.secret = flagOf(v, p); }},
        {"x-colibri-test-only",
         [](auto&, auto& n, const auto& v, Path p) { n.testOnly = flagOf(v, p); }},
        {"x-colibri-not-blank",
         [](auto&, auto& n, const auto& v, Path p) { n.notBlank = flagOf(v, p); }},
        {"x-colibri-digits",
         [](auto&, auto& n, const auto& v, Path p) { n.digits = flagOf(v, p); }},
        {"x-colibri-says", [](auto&, auto& n, const auto& v, Path p) { n.says = textOf(v, p); }},
        {"x-colibri-unit", [](auto&, auto& n, const auto& v, Path p) { n.unit = textOf(v, p); }},
        {"x-colibri-v2", &Compiler::readExtension},
        {"x-colibri-create", &Compiler::readExtension},
        {"x-colibri-variable", &Compiler::readVariable},
        {"x-colibri-variable-words", &Compiler::readVariableWords},
    };
    static const std::set<std::string_view> kAnnotations{
        "$schema", "$id", "$comment", "title", "description", "examples", "deprecated"};
    if (kAnnotations.contains(key)) return;
    const auto reader = kReaders.find(key);
    if (reader == kReaders.end()) refuse(path, "is not a keyword that is supported here");
    reader->second(*this, node, value, path);
  }

  void readType(SchemaNode& node, const json::value& value, Path path) {
    node.types = 0;
    const auto add = [&](const json::value& name) {
      const auto bits = typeBit(textOf(name, path));
      if (bits == 0) refuse(path, "is no type");
      node.types = static_cast<std::uint8_t>(node.types | bits);
    };
    if (const auto* list = value.if_array())
      std::for_each(list->begin(), list->end(), add);
    else
      add(value);
    if (node.types == 0) refuse(path, "is empty");
  }

  void readEnum(SchemaNode& node, const json::value& value, Path path) {
    const auto& list = listOf(value, path);
    node.allowed.emplace(list.begin(), list.end());
  }

  void readProperties(SchemaNode& node, const json::value& value, Path path) {
    for (const auto& [key, schema] : *objectOf(value, path)) {
      node.properties.emplace(key, compile(schema, childPath(path, key)));
    }
  }

  void readPatternProperties(SchemaNode& node, const json::value& value, Path path) {
    for (const auto& [key, schema] : *objectOf(value, path)) {
      const auto at = childPath(path, key);
      node.patternProperties.emplace_back(patternOf(key, at), compile(schema, at));
    }
  }

  void readRequired(SchemaNode& node, const json::value& value, Path path) {
    for (const auto& name : listOf(value, path)) node.required.push_back(textOf(name, path));
  }

  void readPattern(SchemaNode& node, const json::value& value, Path path) {
    node.patternText = textOf(value, path);
    node.pattern = patternOf(node.patternText, path);
  }

  void readFormat(SchemaNode& node, const json::value& value, Path path) {
    if (textOf(value, path) != "uri-http")
      refuse(path, "is no format that is supported here, allowed: uri-http");
    node.httpUrl = true;
  }

  /// Judged by whoever reads it.
  void readExtension(SchemaNode& node, const json::value& value, Path path) {
    if (&node != nodes_.front().get() || path.find('.') != path.npos)
      refuse(path, "only at the root");
    node.extensions[path] = value;
  }

  void readVariable(SchemaNode& node, const json::value& value, Path path) {
    static const auto kForm = patternOf("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+(_\\*)?$", path);
    node.variable = textOf(value, path);
    if (!kForm.search(node.variable))
      refuse(path, "is no name of a variable, as MINE_URL, or of a family, as MINE_EVENTS_*");
  }

  void readVariableWords(SchemaNode& node, const json::value& value, Path path) {
    for (const auto& [theirs, ours] : *objectOf(value, path))
      node.variableWords.emplace(theirs, textOf(ours, childPath(path, theirs)));
  }

  void readReference(SchemaNode& node, const json::value& value, Path path) {
    constexpr std::string_view kPrefix = "#/$defs/";
    const auto text = textOf(value, path);
    if (!text.starts_with(kPrefix)) refuse(path, "only references to #/$defs/ are supported");
    node.target = definitionOf(text.substr(kPrefix.size()), path);
  }

  const SchemaNode* definitionOf(const std::string& name, Path path) {
    if (const auto known = compiled_.find(name); known != compiled_.end()) return known->second;
    const auto* schema = definitions_ ? definitions_->if_contains(name) : nullptr;
    if (!schema) refuse(path, "there is no such definition");
    auto& node = newNode();
    compiled_.emplace(name, &node);  // before its content: it may refer to itself
    compileInto(node, *schema, childPath("$defs", name));
    return &node;
  }

  std::vector<const SchemaNode*> branches(const json::value& value, Path path) {
    std::vector<const SchemaNode*> found;
    for (const auto& schema : listOf(value, path))
      found.push_back(compile(schema, itemPath(path, found.size())));
    return found;
  }

  static void refuseBesideReference(const json::object& object, Path path) {
    static const std::set<std::string_view> kMay{"$ref",
                                                 "$defs",
                                                 "$schema",
                                                 "$id",
                                                 "$comment",
                                                 "default",
                                                 "title",
                                                 "description",
                                                 "examples",
                                                 "x-colibri-secret",
                                                 "x-colibri-test-only",
                                                 "x-colibri-unit"};
    for (const auto& member : object) {
      if (!kMay.contains(std::string_view(member.key())))
        refuse(childPath(path, member.key()), "has no effect beside $ref");
    }
  }

  static Pattern patternOf(std::string_view text, Path path) {
    auto pattern = Pattern::compile(text);
    if (!pattern) refuse(path, pattern.error().message);
    return *pattern;
  }

  static std::string textOf(const json::value& value, Path path) {
    if (!value.is_string()) refuse(path, "is not a string");
    return std::string(value.get_string());
  }

  static bool flagOf(const json::value& value, Path path) {
    if (!value.is_bool()) refuse(path, "is not true or false");
    return value.get_bool();
  }

  static double numberOf(const json::value& value, Path path) {
    if (!value.is_number()) refuse(path, "is not a number");
    return value.to_number<double>();
  }

  static std::size_t sizeOf(const json::value& value, Path path) {
    const auto number = numberOf(value, path);
    if (number < 0 || number > 1e9 || number != std::floor(number)) refuse(path, "is not a size");
    return static_cast<std::size_t>(number);
  }

  static const json::array& listOf(const json::value& value, Path path) {
    const auto* list = value.if_array();
    if (!list || list->empty()) refuse(path, "is not a list with items");
    return *list;
  }

  SchemaNodes nodes_;
  const json::object* definitions_ = nullptr;
  std::map<std::string, const SchemaNode*> compiled_;
};

/// A schema that leads back to itself without going deeper into the document would never end.
class CircleFinder {
 public:
  void visit(const SchemaNode& node) {
    if (done_.contains(&node)) return;
    if (!open_.insert(&node).second) throw Refused{"$ref runs in a circle"};
    if (node.target) visit(*node.target);
    for (const auto* branch : node.anyOf) visit(*branch);
    for (const auto* branch : node.oneOf) visit(*branch);
    open_.erase(&node);
    done_.insert(&node);
  }

 private:
  std::set<const SchemaNode*> open_, done_;
};

void checkDefaults(const SchemaNodes& nodes) {
  for (const auto& node : nodes) {
    if (!node->defaultValue) continue;
    const auto violations = checkAgainst(*node, *node->defaultValue, "");
    if (!violations.empty())
      throw Refused{"a default breaks its own schema: " + violations[0].sentence()};
  }
}

}  // namespace

Result<SchemaNodes> compileSchema(std::string_view text) try {
  auto document = parseJson(text);
  if (!document) return document.error();
  Compiler compiler(*document);
  auto nodes = compiler.takeNodes();
  CircleFinder circles;
  for (const auto& node : nodes) circles.visit(*node);
  checkDefaults(nodes);
  return nodes;
} catch (const Refused& refused) {
  return Error{Errc::invalidArgument, refused.why};
}

}  // namespace colibri::config
