#include <boost/json/serialize.hpp>
#include <set>

#include "config/core_schema.hpp"
#include "config/sources.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

/// Null if it is not set and has no default.
const json::value* memberAt(const json::value& document, const std::vector<std::string>& path) {
  const auto* at = &document;
  for (const auto& key : path) {
    const auto* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string sourceOf(const Sources& sources, const std::string& path,
                     const Sources::Variables& variables) {
  if (const auto variable = variables.find(path); variable != variables.end())
    return variable->second;
  if (const auto place = sources.document.places.find(path); place != sources.document.places.end())
    return sources.file + ":" + std::to_string(place->second.key.line);
  return "default";
}

}  // namespace

std::vector<EffectiveKey> effectiveKeys(const Sources& sources, const Schema& schema,
                                        const json::value& document, std::string_view name,
                                        const Sources::Variables& variables) {
  std::set<std::string> secrets;
  for (const auto& mark : schema.marks(document, name).secrets) secrets.insert(mark.path);
  std::vector<EffectiveKey> keys;
  for (const auto& key : schema.keys()) {
    const auto* value = memberAt(document, key.path);
    if (!key.leaf || value == nullptr) continue;
    const auto path = joinedPath(std::string(name), key.path);
    keys.push_back({path, secrets.contains(path) ? "\"***\"" : json::serialize(*value),
                    sourceOf(sources, path, variables)});
  }
  return keys;
}

std::vector<EffectiveKey> Loader::effective() const {
  const auto schema = Schema::parse(coreSchemaText());
  COLIBRI_ASSERT(schema);
  return effectiveKeys(*sources_, *schema, sources_->document.root, "", sources_->variables);
}

std::vector<std::string> Loader::differencesFrom(const Loader& other) const {
  const auto schema = Schema::parse(coreSchemaText());
  COLIBRI_ASSERT(schema);
  const auto& mine = sources_->document.root;
  const auto& its = other.sources_->document.root;
  std::set<std::string> paths;
  for (const auto& key : schema->keys()) {
    const auto *here = memberAt(mine, key.path), *there = memberAt(its, key.path);
    const bool same = here == there || (here && there && *here == *there);
    if (key.leaf && !same) paths.insert(joinedPath("", key.path));
  }
  const auto &sections = settings().plugins, &before = other.settings().plugins;
  for (const auto* from : {&sections, &before}) {
    for (const auto& [alias, section] : *from) {
      const auto a = sections.find(alias), b = before.find(alias);
      if (a == sections.end() || b == before.end() || a->second != b->second)
        paths.insert(joinedPath("plugins", {alias}));
    }
  }
  return {paths.begin(), paths.end()};
}

}  // namespace colibri::config
