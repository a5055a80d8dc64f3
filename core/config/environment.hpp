#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::config {

/// The variables of a process, by name. An empty one counts as not set.
using Environment = std::map<std::string, std::string, std::less<>>;

Environment processEnvironment();

/// A variable of the core and the key it stands for.
struct Variable {
  std::string_view name;
  std::vector<std::string> path;
  /// How v2 gateways write a value, as we do; null: alike. What it does not know it leaves alone.
  std::string (*translate)(std::string_view) = nullptr;
};

/// Those of the core: SERVER_PORT is server.port, …
const std::vector<Variable>& coreVariables();

/// Whether it is one of them, or another one that no plugin may have.
bool isCoreVariable(std::string_view name);

/// Whether `name` is `family`, or begins as a `family` that ends in `*` does: MINE_EVENTS_*.
bool isOfFamily(std::string_view family, std::string_view name) noexcept;

/// `my-sink`, `server_url` → COLIBRI_MY_SINK_SERVER_URL.
std::string pluginVariable(std::string_view alias, const std::vector<std::string>& path);

/// Whether it is COLIBRI_TEST_MODE=1: only then are test-only keys taken.
bool testMode(const Environment& environment);

/// Variables that are ours by their name but mean nothing: a prefix COLIBRI_ that belongs to none
/// of `aliases`.
std::vector<std::string> strayVariables(const Environment& environment,
                                        const std::vector<std::string>& aliases);

/// The variables COLIBRI_<ALIAS>_… of `alias`, not those of an alias that is longer.
std::vector<std::string> variablesOf(std::string_view alias, const Environment& environment,
                                     const std::vector<std::string>& aliases);

}  // namespace colibri::config
