#include <boost/json/serialize.hpp>
#include <set>

#include "config/schema.hpp"
#include "definitions.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchemas = "#/components/schemas/";

/// What only readers of a schema need.
bool isForReaders(std::string_view key) {
  return key == "description" || key == "title" || key == "examples" ||
         key.starts_with("x-openapi") || key == "x-colibri-dialect" || key == "x-colibri-v2" ||
         key == "x-colibri-create";
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
        out[key] = reference(member);
        continue;
      }
      const bool holdsNames = namesAreKeys && (key == "properties" || key == "patternProperties");
      out[key] = stripped(member, !holdsNames);
    }
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
