#include "config/environment.hpp"

#include <unistd.h>

#include <algorithm>

#include "config/v2_levels.hpp"

namespace colibri::config {
namespace {

constexpr std::string_view kVariablePrefix = "COLIBRI_";

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z')
      out += static_cast<char>(c - 'a' + 'A');
    else
      out += c == '-' ? '_' : c;
  }
  return out;
}

std::string prefixOf(std::string_view alias) {
  return std::string(kVariablePrefix) + upper(alias) + "_";
}

/// The longest prefix of an alias that `name` starts with: COLIBRI_A_B_C is b_c's of `a` or c's of
/// `a_b`.
std::string_view ownerOf(std::string_view name, const std::vector<std::string>& aliases) {
  std::string_view owner;
  for (const auto& alias : aliases) {
    if (alias.size() > owner.size() && name.starts_with(prefixOf(alias))) owner = alias;
  }
  return owner;
}

}  // namespace

Environment processEnvironment() {
  Environment variables;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view entry(*at);
    const auto end = entry.find('=');
    if (end == std::string_view::npos || end + 1 == entry.size()) continue;
    variables.emplace(entry.substr(0, end), entry.substr(end + 1));
  }
  return variables;
}

const std::vector<Variable>& coreVariables() {
  static const std::vector<Variable> kVariables{
      {"SERVER_HOST", {"server", "host"}},
      {"SERVER_PORT", {"server", "port"}},
      {"SERVER_URL", {"server", "url"}},
      {"SERVER_TRUSTED_PROXIES", {"server", "trusted_proxies"}},
      {"HTTP_CLIENT_ALLOW", {"http_client", "allow"}},
      {"CORS_ORIGIN", {"cors", "origins"}},
      {"CORS_METHODS", {"cors", "methods"}},
      {"CORS_CREDENTIALS", {"cors", "credentials"}},
      {"AUTHENTICATION_API_KEY", {"authentication", "api_key"}},
      // Its name is the contract's; what it does is to show the instance's key in events.
      {"AUTHENTICATION_EXPOSE_IN_FETCH_INSTANCES", {"authentication", "expose_in_events"}},
      {"AUTHENTICATION_FAILED_PER_MINUTE", {"authentication", "failed_per_minute"}},
      {"AUTHENTICATION_SHORTEST_TOKEN", {"authentication", "shortest_token"}},
      {"COLIBRI_DATA_DIR", {"data_dir"}},
      {"COLIBRI_PROCESS_USER", {"process", "user"}},
      {"COLIBRI_PROCESS_BRIDGE_USER", {"process", "bridge_user"}},
      {"COLIBRI_PROCESS_DEBUGGABLE", {"process", "debuggable"}},
      {"DEL_INSTANCE", {"instances", "delete_unused_after_min"}},
      {"DATABASE_PROVIDER", {"database", "provider"}},
      {"DATABASE_CONNECTION_URI", {"database", "connection_uri"}},
      {"CACHE_REDIS_ENABLED", {"cache", "redis", "enabled"}},
      {"CACHE_REDIS_URI", {"cache", "redis", "uri"}},
      {"CACHE_REDIS_PREFIX_KEY", {"cache", "redis", "prefix_key"}},
      {"CACHE_REDIS_SAVE_INSTANCES", {"cache", "redis", "save_instances"}},
      {"API_DIALECT", {"api", "root_dialect"}},
      {"LOG_LEVEL", {"log", "level"}, logLevel},
      {"QRCODE_COLOR", {"instances", "qr_color"}},
  };
  return kVariables;
}

bool isCoreVariable(std::string_view name) {
  return name == "COLIBRI_TEST_MODE" ||
         std::ranges::any_of(coreVariables(), [&](const auto& v) { return v.name == name; });
}

bool isOfFamily(std::string_view family, std::string_view name) noexcept {
  if (!family.ends_with('*')) return family == name;
  family.remove_suffix(1);
  return name.size() > family.size() && name.starts_with(family);
}

std::string pluginVariable(std::string_view alias, const std::vector<std::string>& path) {
  auto name = prefixOf(alias);
  for (std::size_t i = 0; i < path.size(); ++i)
    name.append(i == 0 ? "" : "_").append(upper(path[i]));
  return name;
}

bool testMode(const Environment& environment) {
  const auto found = environment.find("COLIBRI_TEST_MODE");
  return found != environment.end() && found->second == "1";
}

std::vector<std::string> strayVariables(const Environment& environment,
                                        const std::vector<std::string>& aliases) {
  std::vector<std::string> stray;
  for (const auto& [name, value] : environment) {
    const bool ours = name.starts_with(kVariablePrefix) && !isCoreVariable(name);
    if (ours && !value.empty() && ownerOf(name, aliases).empty()) stray.push_back(name);
  }
  return stray;
}

std::vector<std::string> variablesOf(std::string_view alias, const Environment& environment,
                                     const std::vector<std::string>& aliases) {
  std::vector<std::string> found;
  for (const auto& [name, value] : environment) {
    if (value.empty() || isCoreVariable(name)) continue;
    if (ownerOf(name, aliases) == alias) found.push_back(name);
  }
  return found;
}

}  // namespace colibri::config
