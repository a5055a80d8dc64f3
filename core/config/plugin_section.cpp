#include <algorithm>
#include <boost/json/serialize.hpp>
#include <tuple>

#include "config/json_text.hpp"
#include "config/loader.hpp"
#include "config/schema_node.hpp"
#include "config/sources.hpp"
#include "log/open.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

constexpr std::string_view kNoKeys = R"({"type":"object","additionalProperties":false})";

const SchemaNode& claimOf(const Schema::Key& key) {
  return key.node->variable.empty() ? resolved(*key.node) : *key.node;
}

/// Those that the schema names at `claim`: the key itself, or of a family each key below it.
void overlayClaimed(Overlay& overlay, json::value& section, std::span<const Schema::Key> keys,
                    const Schema::Key& claim, const Sources& sources, std::string_view alias) {
  const auto& [family, words] = std::tie(claimOf(claim).variable, claimOf(claim).variableWords);
  const auto translate = [&words = words](std::string_view text) {
    const auto word = words.find(text);
    return word == words.end() ? std::string(text) : word->second;
  };
  for (const auto& [name, value] : sources.environment) {
    if (value.empty() || !isOfFamily(family, name)) continue;
    auto path = claim.path;
    if (family.ends_with('*')) path.emplace_back(name.substr(family.size() - 1));
    if (const auto key = std::ranges::find(keys, path, &Schema::Key::path); key != keys.end())
      overlay.set(section, *key, name, translate);
    else
      log::write(log::Level::warn, "config", "a variable has no effect: the plugin has no such key",
                 {{"variable", name}, {"plugin", alias}});
  }
}

/// The names that the schema gives first, ours over them.
void overlayPlugin(Overlay& overlay, json::value& section, const Schema& schema,
                   const Sources& sources, std::string_view alias) {
  const auto keys = schema.keys();
  for (const auto& key : keys)
    if (!claimOf(key).variable.empty()) overlayClaimed(overlay, section, keys, key, sources, alias);
  for (const auto& variable : variablesOf(alias, sources.environment, sources.aliases())) {
    bool known = false;
    std::vector<std::string> names;
    for (const auto& key : keys) {
      names.push_back(pluginVariable(alias, key.path));
      if (names.back() != variable) continue;
      overlay.set(section, key, variable);
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

/// A plugin reads none of the gateway's own.
Result<void> checkClaims(const Schema& schema) {
  for (const auto& key : schema.keys()) {
    const auto& name = claimOf(key).variable;
    const bool ours = name.starts_with("COLIBRI_") ||
                      std::ranges::any_of(coreVariables(),
                                          [&](const auto& v) { return isOfFamily(name, v.name); });
    if (ours)
      return Error{Errc::invalidArgument, "names a variable of the gateway itself: " + name};
  }
  return {};
}

Result<Schema> parsePluginSchema(std::string_view text) {
  auto schema = Schema::parse(text.empty() ? kNoKeys : text);
  if (!schema) return schema;
  if (const auto claims = checkClaims(*schema); !claims) return claims.error();
  return schema;
}

}  // namespace

std::vector<std::string> claimedVariables(std::string_view configSchemaJson) {
  std::vector<std::string> names;
  const auto schema = parsePluginSchema(configSchemaJson);
  if (!schema) return names;
  for (const auto& key : schema->keys())
    if (const auto& name = claimOf(key).variable; !name.empty()) names.push_back(name);
  return names;
}

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
  auto schema = parsePluginSchema(configSchemaJson);
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
