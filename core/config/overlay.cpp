#include "base/trusted_path.hpp"
#include "config/sources.hpp"
#include "config/text_value.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

/// The member at `path`, with the objects above it made where they are missing; nullptr if
/// something else is in the way: the schema will say so.
json::value* memberAt(json::value& document, const std::vector<std::string>& path) {
  auto* at = &document;
  for (const auto& key : path) {
    if (at->is_null()) *at = json::object();
    auto* object = at->if_object();
    if (!object) return nullptr;
    at = &(*object)[key];
  }
  return at;
}

}  // namespace

std::vector<std::string> Sources::aliases() const {
  std::vector<std::string> names;
  for (const auto& plugin : settings.plugins) names.push_back(plugin.first);
  return names;
}

void Overlay::set(json::value& document, const Schema::Key& key, std::string_view variable,
                  const std::function<std::string(std::string_view)>& translate) {
  const auto found = sources_.environment.find(variable);
  if (found == sources_.environment.end() || found->second.empty()) return;
  const auto path = joinedPath(name_, key.path);
  const auto& text = found->second;
  auto value = valueFromText(*key.node, translate ? translate(text) : text);
  if (!value) {
    errors_.push_back(std::string(variable) + ": " + path + ": " + value.error().message);
    return;
  }
  auto* member = memberAt(document, key.path);
  if (!member) return;
  *member = std::move(*value);
  variables_[path] = variable;
}

void Overlay::refuseVariable(std::string_view variable, const std::string& why) {
  errors_.push_back(std::string(variable) + ": " + why);
}

void Overlay::refuseExposed(const std::vector<Schema::Mark>& secrets) {
  if (secrets.empty() || !isReadableByAnyone(sources_.file)) return;
  for (const auto& secret : secrets) {
    add({{secret.path, "is a secret in a file that any user may read: chmod o-r " + sources_.file,
          "", false}});
  }
}

void Overlay::add(const std::vector<Violation>& violations) {
  for (const auto& violation : violations) {
    if (const auto variable = variableOf(violation.path); !variable.empty()) {
      errors_.push_back(std::string(variable) + ": " + violation.sentence());
      continue;
    }
    const auto place = sources_.document.placeOf(violation.path, violation.atKey);
    errors_.push_back(sources_.file + ":" + std::to_string(place.line) + ":" +
                      std::to_string(place.column) + ": " + violation.sentence());
  }
}

std::string_view Overlay::variableOf(std::string_view path) const {
  // An item of a list that a variable gave has the variable of the list.
  while (!path.empty()) {
    if (const auto found = variables_.find(path); found != variables_.end()) return found->second;
    const auto end = path.find_last_of(".[");
    path = end == std::string_view::npos ? std::string_view() : path.substr(0, end);
  }
  return {};
}

Error Overlay::error() const {
  return {Errc::invalidArgument, listed(errors_)};
}

void nullSectionsToObjects(json::value& document, const Schema& schema) {
  for (const auto& key : schema.keys()) {
    if (key.leaf || resolved(*key.node).types & kNull) continue;
    auto* at = &document;
    for (const auto& name : key.path) {
      auto* object = at->if_object();
      at = object ? object->if_contains(name) : nullptr;
      if (!at) break;
    }
    if (at && at->is_null()) *at = json::object();
  }
}

std::string joinedPath(std::string_view name, const std::vector<std::string>& path) {
  std::string joined(name);
  for (const auto& key : path) joined = childPath(joined, key);
  return joined;
}

}  // namespace colibri::config
