#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::config {

/// The variables of a process, by name. An empty one counts as not set.
using Environment = std::map<std::string, std::string, std::less<>>;

Environment processEnvironment();

/// A variable of the contract and the key it stands for. A name that ends in `*` is a family: each
/// of its variables stands for the key below `path` that has the rest of its name.
struct Variable {
  std::string_view name;
  std::vector<std::string> path;
  /// How the contract writes a value, as we do; null: alike. What it does not know it leaves alone.
  std::string (*translate)(std::string_view) = nullptr;
};

/// Those of the core: SERVER_PORT is server.port, …
const std::vector<Variable>& coreVariables();

/// Those of the contract that go to the plugin `alias`: WEBHOOK_SIGNATURE_SECRET is `secret` of
/// webhook, … The plugin need not know the key.
std::vector<Variable> contractVariablesOf(std::string_view alias);

/// Whether `name` is that, or of the family `family`, such as WEBHOOK_EVENTS_*.
bool isOfFamily(std::string_view family, std::string_view name) noexcept;

/// Whether it is one of either.
bool isContractVariable(std::string_view name);

/// `baileys`, `server_url` → COLIBRI_BAILEYS_SERVER_URL.
std::string pluginVariable(std::string_view alias, const std::vector<std::string>& path);

/// Whether it is COLIBRI_TEST_MODE=1: only then are test-only keys taken.
bool testMode(const Environment& environment);

/// Variables that are ours by their name but mean nothing: a prefix COLIBRI_ that belongs to none
/// of `aliases`, or a plugin's variable without that plugin.
std::vector<std::string> strayVariables(const Environment& environment,
                                        const std::vector<std::string>& aliases);

/// The variables COLIBRI_<ALIAS>_… of `alias`, not those of an alias that is longer.
std::vector<std::string> variablesOf(std::string_view alias, const Environment& environment,
                                     const std::vector<std::string>& aliases);

}  // namespace colibri::config
