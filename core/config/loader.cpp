#include "config/loader.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "config/api_key.hpp"
#include "config/core_schema.hpp"
#include "config/json_text.hpp"
#include "config/pattern.hpp"
#include "config/sources.hpp"
#include "log/open.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

Result<std::string> readFile(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return Error{Errc::notFound, file + ": there is no such configuration file"};
  }
  if (std::filesystem::file_size(file, error) > kMaxDocumentBytes || error) {
    return Error{Errc::invalidArgument, file + ": is larger than 1 MB"};
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf()) && in.peek() != std::ifstream::traits_type::eof()) {
    return Error{Errc::invalidArgument, file + ": " + std::generic_category().message(errno)};
  }
  return text.str();
}

void overlayCore(Overlay& overlay, json::value& document, const Schema& schema) {
  const auto keys = schema.keys();
  for (const auto& variable : coreVariables()) {
    for (const auto& key : keys) {
      if (key.path == variable.path) overlay.set(document, key, variable.name);
    }
  }
}

/// What no schema can say.
void checkMeaning(Overlay& overlay, const Settings& settings) {
  if (const auto key = checkApiKey(settings.authentication.apiKey); !key) {
    overlay.add({{"authentication.api_key", key.error().message, "", false}});
  }
  if (const auto& redis = settings.redis; redis.saveInstances) {
    if (!redis.enabled)
      overlay.add({{"cache.redis.save_instances", "needs cache.redis.enabled: true", "", false}});
    if (redis.uri.empty())
      overlay.add({{"cache.redis.save_instances", "needs cache.redis.uri", "", false}});
  }
  const auto alias = Pattern::compile("^[a-z][a-z0-9_-]{0,31}$");
  COLIBRI_ASSERT(alias);
  for (const auto& plugin : settings.plugins) {
    if (alias->search(plugin.first)) continue;
    overlay.add({{childPath("plugins", plugin.first), "cannot be the alias of a plugin",
                  "up to 32 small letters, digits, _ and -", true}});
  }
}

std::vector<std::string> notesOf(const Sources& sources) {
  std::vector<std::string> notes;
  if (sources.settings.testMode) {
    notes.emplace_back(
        "COLIBRI_TEST_MODE=1: settings for tests are accepted; never run a gateway with it");
  }
  if (sources.settings.redis.enabled && !sources.settings.redis.saveInstances) {
    notes.emplace_back(
        "cache.redis.enabled has no effect: nothing but sessions is kept in Redis, and "
        "cache.redis.save_instances is false");
  }
  for (const auto& name : strayVariables(sources.environment, sources.aliases())) {
    notes.push_back("the variable " + name +
                    " is set but has no effect: no such plugin is configured");
  }
  return notes;
}

}  // namespace

Result<Loader> Loader::open(const std::string& file, Environment environment) {
  auto schema = Schema::parse(coreSchemaText());
  COLIBRI_ASSERT(schema);  // compiled in; a test reads it
  auto text = readFile(file);
  if (!text) return text.error();
  auto document = parseYaml(*text);
  if (!document) return Error{Errc::invalidArgument, file + ":" + document.error().message};

  auto sources = std::make_shared<Sources>();
  sources->file = file;
  sources->document = std::move(*document);
  sources->environment = std::move(environment);
  auto& root = sources->document.root;
  nullSectionsToObjects(root, *schema);
  Overlay overlay(*sources, "");
  overlayCore(overlay, root, *schema);
  overlay.add(schema->apply(root, ""));
  if (overlay.failed()) return overlay.error();

  const auto folder = std::filesystem::path(file).parent_path().string();
  sources->settings = readSettings(root, {folder, overlay.isSet("data_dir")});
  checkMeaning(overlay, sources->settings);
  if (overlay.failed()) return overlay.error();
  for (const auto& secret : schema->marks(root, "").secrets) {
    log::redact(std::string_view(secret.value->get_string()));
  }
  sources->variables = overlay.variables();
  sources->settings.testMode = testMode(sources->environment);
  sources->settings.notes = notesOf(*sources);
  return Loader(std::move(sources));
}

const Settings& Loader::settings() const {
  return sources_->settings;
}

}  // namespace colibri::config
