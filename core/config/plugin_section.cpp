#include <algorithm>
#include <boost/json/serialize.hpp>

#include "config/json_text.hpp"
#include "config/loader.hpp"
#include "config/sources.hpp"
#include "log/open.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr std::string_view kNoKeys = R"({"type":"object","additionalProperties":false})";

/// Those of a variable or of its family that are set.
std::vector<std::string_view> namesOf(const Variable& variable, const Environment& environment) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : environment) {
    if (!value.empty() && isOfFamily(variable.name, name)) names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> pathOf(const Variable& variable, std::string_view name) {
  auto path = variable.path;
  if (variable.name.ends_with('*')) path.emplace_back(name.substr(variable.name.size() - 1));
  return path;
}

/// The contract's names first, ours over them.
void overlayPlugin(Overlay& overlay, json::value& section, const Schema& schema,
                   const Sources& sources, std::string_view alias) {
  const auto keys = schema.keys();
  for (const auto& variable : contractVariablesOf(alias))
    for (const auto& name : namesOf(variable, sources.environment)) {
      const auto path = pathOf(variable, name);
      const auto key = std::ranges::find(keys, path, &Schema::Key::path);
      if (key != keys.end()) {
        overlay.set(section, *key, {name, path, variable.translate});
      } else {
        log::write(log::Level::warn, "config",
                   "a variable has no effect: the plugin has no such key",
                   {{"variable", name}, {"plugin", alias}});
      }
    }
  for (const auto& variable : variablesOf(alias, sources.environment, sources.aliases())) {
    bool known = false;
    std::vector<std::string> names;
    for (const auto& key : keys) {
      names.push_back(pluginVariable(alias, key.path));
      if (names.back() != variable) continue;
      overlay.set(section, key, {variable, key.path});
      known = true;
    }
    if (known) continue;
    std::string why = "the plugin " + std::string(alias) + " has no such key";
    if (const auto near = nearest(variable, names); !near.empty()) {
      why.append(", did you mean ").append(near).append("?");
    }
    overlay.refuseVariable(variable, why);
  }
}

void checkTestOnly(Overlay& overlay, const Schema::Marks& marks, bool testMode) {
  for (const auto& mark : marks.testOnly) {
    if (!testMode) {
      overlay.add({{mark.path, "is for tests only and needs COLIBRI_TEST_MODE=1", "", true}});
      continue;
    }
    log::write(log::Level::warn, "config",
               "A SETTING FOR TESTS IS IN USE. Never run a gateway with it", {{"key", mark.path}});
  }
}

}  // namespace

struct Loader::Section {
  Schema schema;
  std::string name;
  json::value value;
  Sources::Variables variables;
};

Result<Loader::Section> Loader::readSection(std::string_view alias,
                                            std::string_view configSchemaJson) const {
  const auto found = sources_->settings.plugins.find(alias);
  if (found == sources_->settings.plugins.end()) {
    return Error{Errc::notFound,
                 "the configuration does not name the plugin " + std::string(alias)};
  }
  auto schema = Schema::parse(configSchemaJson.empty() ? kNoKeys : configSchemaJson);
  if (!schema) {
    return Error{Errc::invalidArgument, "the configuration schema of the plugin " +
                                            std::string(alias) +
                                            " is wrong: " + schema.error().message};
  }
  auto section = parseJson(found->second);
  const auto name = joinedPath("plugins", {std::string(alias)});
  if (!section) return Error{Errc::invalidArgument, name + ": " + section.error().message};
  nullSectionsToObjects(*section, *schema);
  Overlay overlay(*sources_, name);
  overlay.refuseExposed(schema->marks(*section, name).secrets);
  overlayPlugin(overlay, *section, *schema, *sources_, alias);
  const auto marks = schema->marks(*section, name);
  // Before anything is said about the document: a sentence of ours may end in the log.
  for (const auto& secret : marks.secrets)
    log::redact(std::string_view(secret.value->get_string()));
  checkTestOnly(overlay, marks, sources_->settings.testMode);
  overlay.add(schema->apply(*section, name));
  if (overlay.failed()) return overlay.error();
  return Section{std::move(*schema), name, std::move(*section), overlay.variables()};
}

Result<std::string> Loader::pluginSection(std::string_view alias,
                                          std::string_view configSchemaJson) const {
  const auto section = readSection(alias, configSchemaJson);
  if (!section) return section.error();
  return json::serialize(section->value);
}

Result<std::vector<EffectiveKey>> Loader::effectiveSection(
    std::string_view alias, std::string_view configSchemaJson) const {
  const auto section = readSection(alias, configSchemaJson);
  if (!section) return section.error();
  return effectiveKeys(*sources_, section->schema, section->value, section->name,
                       section->variables);
}

}  // namespace colibri::config
