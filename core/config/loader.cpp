#include "config/loader.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/trusted_path.hpp"
#include "config/api_key.hpp"
#include "config/core_schema.hpp"
#include "config/json_text.hpp"
#include "config/pattern.hpp"
#include "config/sources.hpp"
#include "config/v2_variables.hpp"
#include "log/open.hpp"

namespace colibri::config {
namespace {

namespace json = boost::json;

Result<std::string> readFile(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return Error{Errc::notFound, file + ": there is no such configuration file"};
  }
  if (auto trusted = checkTrusted(file); !trusted) return trusted.error();
  if (std::filesystem::file_size(file, error) > kMaxDocumentBytes || error) {
    return Error{Errc::invalidArgument, file + ": is larger than 1 MB"};
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in)
    return Error{Errc::invalidArgument, file + ": " + std::generic_category().message(errno)};
  if (!(text << in.rdbuf()) && in.peek() != std::ifstream::traits_type::eof()) {
    return Error{Errc::invalidArgument, file + ": " + std::generic_category().message(errno)};
  }
  return text.str();
}

void overlayCore(Overlay& overlay, json::value& document, const Schema& schema) {
  const auto keys = schema.keys();
  for (const auto& variable : coreVariables()) {
    for (const auto& key : keys) {
      if (key.path == variable.path) overlay.set(document, key, variable.name, variable.translate);
    }
  }
}

/// Whether a scanner tells it from white: its brightness (Rec. 601), of 255.
bool isDark(std::uint32_t color) {
  const auto red = color >> 16, green = color >> 8 & 0xff, blue = color & 0xff;
  return red * 299 + green * 587 + blue * 114 < 128'000;
}

/// A provider of older gateways that has a reason of its own not to be here.
void refusePooler(Overlay& overlay, json::value& document) {
  auto* root = document.if_object();
  auto* database = root != nullptr ? root->if_contains("database") : nullptr;
  auto* section = database != nullptr ? database->if_object() : nullptr;
  auto* provider = section != nullptr ? section->if_contains("provider") : nullptr;
  if (provider == nullptr || *provider != "psql_bouncer") return;
  overlay.add({{"database.provider",
                "a pooler cannot keep the sessions that the gateway's lock and statements live in",
                "postgresql, with a connection_uri that leads to the server itself", false}});
  *provider = "postgresql";  // said once
}

/// What no schema can say.
void checkMeaning(Overlay& overlay, const Settings& settings) {
  if (!isDark(settings.instances.qrColor)) {
    overlay.add({{"instances.qr_color", "is too light for scanners",
                  "colours of less than half the brightness of white", false}});
  }
  if (const auto key = checkApiKey(settings.authentication.apiKey); !key) {
    overlay.add({{"authentication.api_key", key.error().message, "", false}});
  }
  const auto& database = settings.database;
  if (database.provider == "postgresql" && database.connectionUri.empty()) {
    overlay.add({{"database.connection_uri", "is not set, though database.provider is postgresql",
                  "postgresql://user:password@host:port/database?schema=name here or in "
                  "DATABASE_CONNECTION_URI",
                  false}});
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

/// A variable whose meaning we cannot give, and whose silence would be dangerous.
void refuseTls(Overlay& overlay, const Environment& environment) {
  const auto type = environment.find("SERVER_TYPE");
  if (type == environment.end() || type->second.empty() || type->second == "http") return;
  overlay.refuseVariable("SERVER_TYPE",
                         "only http is served here, allowed: http; for https put a reverse proxy "
                         "that does TLS in front and name it in SERVER_TRUSTED_PROXIES");
}

std::vector<std::string> notesOf(const Sources& sources) {
  std::vector<std::string> notes;
  if (sources.settings.testMode) {
    notes.emplace_back(
        "COLIBRI_TEST_MODE=1: settings for tests are accepted; never run a gateway with it");
  }
  const auto& database = sources.settings.database;
  if (database.provider == "sqlite" && !database.connectionUri.empty()) {
    notes.emplace_back(
        "database.connection_uri is set but has no effect: database.provider is sqlite");
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
  overlay.refuseExposed(schema->marks(root, "").secrets);
  overlayCore(overlay, root, *schema);
  refuseTls(overlay, sources->environment);
  refusePooler(overlay, root);
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

std::string Loader::unreadNote(std::span<const std::string> claimed) const {
  std::string names;
  for (const auto& name : unreadV2Variables(sources_->environment, claimed))
    names.append(names.empty() ? "" : ", ").append(name);
  if (names.empty()) return {};
  return "variables of v2 gateways that neither this gateway nor a plugin of it reads, see "
         "docs/configuration.md: " +
         names;
}

const Settings& Loader::settings() const {
  return sources_->settings;
}

}  // namespace colibri::config
