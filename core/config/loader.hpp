#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"

namespace colibri::config {

struct Sources;

/// The variables and families that a plugin's configuration schema names; a wrong one names none.
std::vector<std::string> claimedVariables(std::string_view configSchemaJson);

/// A key as it is in force, to show to the operator.
struct EffectiveKey {
  std::string path;
  std::string value;   ///< JSON; a secret is masked
  std::string source;  ///< file:line, the variable's name, or "default"
};

/// The configuration of one start: a YAML file, and the environment over it.
///
/// Everything is checked against a schema; errors name `file:line:column: key: what is wrong,
/// allowed: …`, or the variable instead of the place, all of them at once (at most 20), a line
/// each. Secrets that were read are registered with the log, which blots them out.
///
/// [Threading] immutable once open; any thread. [Ownership] copies share the same sources.
class Loader {
 public:
  /// [Blocking] reads the file. [Errors] invalidArgument: what is wrong, for the operator;
  /// forbidden: others may change the file; notFound.
  static Result<Loader> open(const std::string& file, Environment environment);

  const Settings& settings() const;

  /// What the plugin `alias` gets: its section of the file, over it the variables that its schema
  /// names and COLIBRI_<ALIAS>_<KEY>, checked against that schema, with its defaults; as JSON.
  /// An empty schema allows no keys. Keys that the schema marks x-colibri-test-only are refused
  /// unless COLIBRI_TEST_MODE=1, and then each is named in a warning.
  ///
  /// [Errors] notFound: the file does not name the plugin. invalidArgument: as open().
  Result<std::string> pluginSection(std::string_view alias,
                                    std::string_view configSchemaJson) const;

  /// A sentence about variables of v2 gateways that are set and that nobody reads, `claimed` being
  /// those of the plugins that are loaded; empty: there are none.
  std::string unreadNote(std::span<const std::string> claimed) const;

  /// The keys of the gateway that have other values than in `other`, and the plugins whose sections
  /// differ; sorted. Of a plugin's variables it knows nothing: a process keeps its variables.
  std::vector<std::string> differencesFrom(const Loader& other) const;

  /// The gateway's own keys, and those of a plugin. [Errors] as pluginSection()
  std::vector<EffectiveKey> effective() const;
  Result<std::vector<EffectiveKey>> effectiveSection(std::string_view alias,
                                                     std::string_view configSchemaJson) const;

 private:
  struct Section;
  Result<Section> readSection(std::string_view alias, std::string_view configSchemaJson) const;
  explicit Loader(std::shared_ptr<const Sources> sources) : sources_(std::move(sources)) {}

  std::shared_ptr<const Sources> sources_;
};

}  // namespace colibri::config
