#include "config/schema.hpp"

#include <boost/json/serialize.hpp>

#include "config/json_text.hpp"
#include "config/schema_check.hpp"
#include "config/schema_compiler.hpp"
#include "config/text_value.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxKeyDepth = 8;

void collectKeys(const SchemaNode& node, const std::vector<std::string>& path,
                 std::vector<Schema::Key>& keys) {
  if (path.size() >= kMaxKeyDepth) return;
  for (const auto& [name, property] : resolved(node).properties) {
    auto inner = path;
    inner.push_back(name);
    keys.push_back({inner, property, resolved(*property).properties.empty()});
    collectKeys(*property, inner, keys);
  }
}

class MarkFinder {
 public:
  explicit MarkFinder(Schema::Marks& marks) : marks_(marks) {}

  void visit(const SchemaNode& reference, const json::value& value, const std::string& path,
             bool secret) {
    // Alternatives are all visited: a mark too many does no harm, one too few does.
    if (--steps_ < 0) return;
    const auto& node = resolved(reference);
    if (reference.testOnly || node.testOnly) marks_.testOnly.push_back({path, &value});
    secret = secret || reference.secret || node.secret;
    if (value.is_string() && secret) marks_.secrets.push_back({path, &value});
    if (const auto* object = value.if_object())
      visitMembers(node, *object, path, secret);
    else if (const auto* list = value.if_array())
      visitItems(node, *list, path, secret);
    for (const auto* branch : node.anyOf) visit(*branch, value, path, secret);
    for (const auto* branch : node.oneOf) visit(*branch, value, path, secret);
  }

 private:
  void visitMembers(const SchemaNode& node, const json::object& object, const std::string& path,
                    bool secret) {
    static const SchemaNode kAnything;
    for (const auto& [key, value] : object) {
      auto schemas = schemasFor(node, key);
      if (schemas.empty()) schemas.push_back(&kAnything);
      for (const auto* schema : schemas) visit(*schema, value, childPath(path, key), secret);
    }
  }

  void visitItems(const SchemaNode& node, const json::array& list, const std::string& path,
                  bool secret) {
    static const SchemaNode kAnything;
    for (std::size_t i = 0; i < list.size(); ++i) {
      visit(node.items ? *node.items : kAnything, list[i], itemPath(path, i), secret);
    }
  }

  Schema::Marks& marks_;
  int steps_ = 100'000;
};

}  // namespace

struct Schema::Compiled {
  SchemaNodes nodes;
};

const SchemaNode& Schema::root() const {
  return *compiled_->nodes.front();
}

Result<Schema> Schema::parse(std::string_view text) {
  auto nodes = compileSchema(text);
  if (!nodes) return nodes.error();
  return Schema(std::make_shared<const Compiled>(Compiled{std::move(*nodes)}));
}

std::vector<Violation> Schema::apply(json::value& value, std::string_view name) const {
  auto violations = checkAgainst(root(), value, name);
  if (violations.empty() && !fillDefaults(root(), value)) {
    violations.push_back({std::string(name), "is too complex to be checked", "", false});
  }
  return violations;
}

Schema::Checked Schema::check(std::string_view text, std::string_view name) const {
  auto value = parseJson(text);
  if (!value) return {{{std::string(name), value.error().message, "", false}}, ""};
  auto violations = apply(*value, name);
  if (!violations.empty()) return {std::move(violations), ""};
  return {{}, json::serialize(*value)};
}

Result<std::string> Schema::complete(std::string_view json, std::string_view name) const {
  auto checked = check(json, name);
  if (checked.violations.empty()) return std::move(checked.json);
  std::vector<std::string> sentences;
  for (const auto& violation : checked.violations) sentences.push_back(violation.sentence());
  return Error{Errc::invalidArgument, listed(sentences)};
}

const json::object& Schema::extensions() const {
  return root().extensions;
}

bool Schema::has(std::string_view property) const {
  return resolved(root()).properties.contains(property);
}

bool Schema::takesNull(std::string_view property) const {
  const auto& properties = resolved(root()).properties;
  const auto at = properties.find(property);
  if (at == properties.end()) return false;
  const auto& node = resolved(*at->second);
  return node.types != kAnyType && (node.types & kNull) != 0;
}

json::object Schema::fromTexts(std::span<const std::pair<std::string_view, std::string_view>> texts,
                               std::vector<Violation>& faults) const {
  json::object out;
  const auto& properties = resolved(root()).properties;
  for (const auto& [name, text] : texts) {
    const auto at = properties.find(name);
    if (at == properties.end() || out.contains(name)) continue;  // the first one counts
    if (auto value = valueFromText(*at->second, text))
      out.emplace(name, std::move(*value));
    else
      faults.push_back({std::string(name), "cannot be read", describe(*at->second), false,
                        std::string(name) + " is not of a type(s) " + typeNames(*at->second),
                        false});
  }
  return out;
}

std::vector<Schema::Key> Schema::keys() const {
  std::vector<Key> keys;
  collectKeys(root(), {}, keys);
  return keys;
}

Schema::Marks Schema::marks(const json::value& document, std::string_view name) const {
  Marks marks;
  MarkFinder(marks).visit(root(), document, std::string(name), false);
  return marks;
}

}  // namespace colibri::config
