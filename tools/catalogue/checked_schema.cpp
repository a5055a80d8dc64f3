#include <boost/json/serialize.hpp>
#include <set>

#include "config/schema.hpp"
#include "definitions.hpp"
#include "shared/json.hpp"
#include "texts.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchemas = "#/components/schemas/";

/// What only readers of a schema need.
bool isForReaders(std::string_view key) {
  return key == "description" || key == "title" || key == "examples" ||
         key.starts_with("x-openapi") || key == "x-colibri-dialect" ||
         key == "x-colibri-required" || key == "x-colibri-v2" || key == "x-colibri-create";
}

class Checked {
 public:
  explicit Checked(const Catalogue& catalogue) : catalogue_(catalogue) {}

  json::object of(const json::value& schema) {
    auto out = stripped(referred(catalogue_, schema)).get_object();
    if (!definitions_.empty()) out["$defs"] = definitions_;
    return out;
  }

 private:
  json::value stripped(const json::value& value, bool namesAreKeys = true) {
    if (const auto* list = value.if_array()) {
      json::array out;
      for (const auto& item : *list) out.push_back(stripped(item));
      return out;
    }
    if (!value.is_object()) return value;
    json::object out;
    for (const auto& [key, member] : value.get_object()) {
      if (namesAreKeys && isForReaders(key)) continue;
      if (namesAreKeys && key == "$ref") {
        if (member.get_string().starts_with("../")) return ofFile(member.get_string());
        out[key] = reference(member);
        continue;
      }
      const bool holdsNames = namesAreKeys && (key == "properties" || key == "patternProperties");
      out[key] = stripped(member, !holdsNames);
    }
    return out;
  }

  /// A request says what is to be, so nothing is filled in: a default is of what is kept.
  json::value ofFile(std::string_view to) {
    auto out = stripped(inFile(catalogue_, to));
    if (auto* object = out.if_object()) object->erase("default");
    return out;
  }

  json::value reference(const json::value& to) {
    const std::string_view text = to.get_string();
    const auto name = text.substr(text.rfind('/') + 1);
    if (!definitions_.contains(name)) {
      const auto* schema =
          text.starts_with(kSchemas) ? catalogue_.schemas.if_contains(name) : nullptr;
      if (schema == nullptr)
        throw Faulty("there is no " + std::string(text) + " that a body could be checked by");
      definitions_.emplace(name, nullptr);  // it may refer to itself
      auto inner = stripped(*schema);
      definitions_[name] = std::move(inner);
    }
    return json::value("#/$defs/" + std::string(name));
  }

  const Catalogue& catalogue_;
  json::object definitions_;
};

}  // namespace

const json::value& referred(const Catalogue& catalogue, const json::value& value) {
  const auto* object = value.if_object();
  const auto* to = object == nullptr || object->size() != 1 ? nullptr : object->if_contains("$ref");
  if (to == nullptr) return value;
  const std::string_view text = to->get_string();
  const auto* schema = text.starts_with(kSchemas)
                           ? catalogue.schemas.if_contains(text.substr(kSchemas.size()))
                           : nullptr;
  if (schema == nullptr) throw Faulty("there is no " + std::string(text));
  return referred(catalogue, *schema);
}

json::object querySchemaOf(const Definition& one) {
  json::object out{{"type", "object"}, {"additionalProperties", false}};
  const auto* query = one.text.if_contains("query");
  if (query == nullptr) return out;
  json::array required;
  for (const auto& [name, schema] : query->get_object())
    if (schema.get_object().contains("x-colibri-required")) required.emplace_back(name);
  if (!required.empty()) out["required"] = std::move(required);
  out["properties"] = *query;
  return out;
}

json::value commandBody(const Definition& one) {
  const auto* body = one.text.if_contains("body");
  return body == nullptr ? json::value(querySchemaOf(one)) : *body;
}

json::value inFile(const Catalogue& catalogue, std::string_view reference) {
  const auto hash = reference.find('#');
  const std::string path(reference.substr(3, hash == reference.npos ? hash : hash - 3));
  auto parsed = shared::parseJson(contentOf(catalogue.root / path));
  if (!parsed) throw Faulty(path + ": cannot be read");
  if (hash == reference.npos) return std::move(parsed.value);
  return json::value(parsed.value).at_pointer(reference.substr(hash + 1));
}

std::string checkedSchema(const Catalogue& catalogue, const json::value& schema,
                          const std::string& where) try {
  auto text = json::serialize(Checked(catalogue).of(schema));
  if (const auto compiled = config::Schema::parse(text); !compiled)
    throw Faulty(compiled.error().message);
  return text;
} catch (const Faulty& fault) {
  throw Faulty(where + ": " + fault.what());
}

}  // namespace colibri::catalogue_tool
