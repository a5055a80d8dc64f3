#include "definitions.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "config/schema.hpp"
#include "config/yaml.hpp"
#include "texts.hpp"

namespace colibri::catalogue_tool {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

config::YamlDocument yamlOf(const fs::path& file) {
  auto document = config::parseYaml(contentOf(file));
  if (!document) throw Faulty(file.string() + ':' + document.error().message);
  if (!document->root.is_object()) throw Faulty(file.string() + ": is not a mapping");
  return std::move(*document);
}

std::vector<fs::path> yamlFilesIn(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// Collects faults, so that all of them are told at once.
class Reader {
 public:
  explicit Reader(const fs::path& root) : root_(root) {
    auto schema = config::Schema::parse(contentOf(root / "core/catalogue/definition.schema.json"));
    if (!schema) throw Faulty("definition.schema.json: " + schema.error().message);
    schema_.emplace(std::move(*schema));
  }

  Catalogue read() {
    out_.api = yamlOf(root_ / "core/catalogue/api.yaml").root.get_object();
    for (const auto& file : yamlFilesIn(root_ / "core/catalogue/components")) component(file);
    for (const auto& file : yamlFilesIn(root_ / "core/catalogue/operations")) definition(file, "");
    std::vector<fs::path> plugins;
    for (const auto& entry : fs::directory_iterator(root_ / "plugins"))
      plugins.push_back(entry.path());
    std::ranges::sort(plugins);
    for (const auto& plugin : plugins) {
      for (const auto& file : yamlFilesIn(plugin / "operations")) {
        if (file.filename() == "components.yaml")
          component(file);
        else
          definition(file, plugin.filename());
      }
    }
    std::ranges::sort(out_.definitions, {}, &Definition::id);
    out_.root = root_;
    unique();
    if (!faults_.empty()) throw Faulty(faults_);
    return std::move(out_);
  }

 private:
  void fault(const std::string& where, const std::string& what) {
    faults_.append(faults_.empty() ? "" : "\n").append(where).append(": ").append(what);
  }

  void component(const fs::path& file) {
    auto document = yamlOf(file);
    for (const auto& [kind, members] : document.root.get_object()) {
      auto& into = kind == "schemas"     ? out_.schemas
                   : kind == "responses" ? out_.responses
                                         : bodies_;
      if ((kind != "schemas" && kind != "responses" && kind != "bodies") || !members.is_object()) {
        fault(file, "\"" + std::string(kind) + "\" is neither schemas nor responses nor bodies");
        continue;
      }
      for (const auto& [name, value] : members.get_object())
        if (!into.emplace(name, value).second) fault(file, std::string(name) + " is there twice");
    }
  }

  void definition(const fs::path& file, const std::string& plugin) {
    auto document = yamlOf(file);
    const auto violations = schema_->apply(document.root, "");
    for (const auto& violation : violations) {
      const auto place = document.placeOf(violation.path, violation.atKey);
      fault(file.string() + ':' + std::to_string(place.line) + ':' + std::to_string(place.column),
            violation.sentence());
    }
    if (!violations.empty()) return;
    Definition one;
    one.id = file.stem();
    one.plugin = plugin;
    one.where = file;
    one.text = std::move(document.root.get_object());
    const auto* routers = one.text.if_contains("routers");
    if (routers == nullptr) return add(std::move(one));
    // The same for each of them: `*` is the router's place, in the route and in the name of the
    // file.
    for (const auto& router : routers->get_array()) {
      auto copy = one;
      const std::string name(router.get_string());
      copy.text["route"] = replaced(one.said("route"), "*", name);
      copy.text["summary"] = replaced(one.said("summary"), "*", name);
      copy.id = name + one.id.substr(one.id.find('.'));
      add(std::move(copy));
    }
  }

  static std::string replaced(std::string text, std::string_view what, const std::string& with) {
    if (const auto at = text.find(what); at != text.npos) text.replace(at, what.size(), with);
    return text;
  }

  void add(Definition one) {
    if (one.text.contains("like")) like(one);
    route(one);
    out_.definitions.push_back(std::move(one));
  }

  /// Adds what all bodies of a kind have: members, and spellings of them. What the definition says
  /// itself stands.
  void like(Definition& one) {
    const auto* kind = bodies_.if_contains(one.said("like"));
    auto* body = one.text.if_contains("body");
    if (kind == nullptr || body == nullptr) {
      fault(one.where, "like: there is no such body, or none to be like it");
      return;
    }
    addTo(body->get_object()["properties"], kind->get_object().at("properties").get_object());
    addTo(one.text["spellings"], kind->get_object().at("spellings").get_object());
  }

  static void addTo(json::value& value, const json::object& more) {
    auto& object = value.is_null() ? value.emplace_object() : value.get_object();
    for (const auto& [name, member] : more) object.emplace(name, member);
  }

  void route(Definition& one) {
    const auto route = one.said("route");
    if (route.empty()) {
      if (!one.isCommand() || one.text.contains("key"))
        fault(one.where, "has no route, and is no command that only the host gives");
      return;
    }
    for (const auto& what : readRoute(one)) fault(one.where, what);
    // One path may have several methods: the method stands behind then.
    if (!isCalledAsItsRoute(one))
      fault(one.where, "is not called " + nameOf(one) + ".yaml, as its route is");
    if (!one.text.contains("answers")) fault(one.where, "answers: is missing");
    for (const auto* ofPlugins : {"raw", "limit", "timeout"})
      if (one.plugin.empty() && one.text.contains(ofPlugins))
        fault(one.where, std::string(ofPlugins) + ": only a plugin's route has one");
    if (one.said("key") == "address" && one.params.empty())
      fault(one.where, "an address that is its own key has a parameter, the secret");
    if (one.isCommand() && (one.said("key") != "instance" || !one.plugin.empty()))
      fault(one.where, "a command is of an instance, and of the host");
  }

  /// No request may have two meanings, whether the instance stands before or behind the words.
  void unique() {
    std::map<std::string, std::string> seen;
    for (const auto& one : out_.definitions) {
      if (one.method.empty()) continue;
      if (const auto [at, fresh] = seen.emplace(shapeOf(one), one.where); !fresh)
        fault(one.where, "has the route of " + at->second);
    }
    for (std::size_t i = 1; i < out_.definitions.size(); ++i)
      if (out_.definitions[i].id == out_.definitions[i - 1].id)
        fault(out_.definitions[i].where, "has the name of " + out_.definitions[i - 1].where);
  }

  const fs::path root_;
  std::optional<config::Schema> schema_;
  Catalogue out_;
  json::object bodies_;  // what all bodies of a kind have, by name
  std::string faults_;
};

}  // namespace

bool Definition::isWhileLinking() const {
  if (!isCommand()) return false;
  const auto* when = text.at("command").get_object().if_contains("while");
  return when != nullptr && *when == "linking";
}

Catalogue readCatalogue(const fs::path& root) {
  return Reader(root).read();
}

}  // namespace colibri::catalogue_tool
