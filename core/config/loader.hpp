#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"

namespace colibri::config {

struct Sources;

/// The configuration of one start: a YAML file, and the environment over it.
///
/// Everything is checked against a schema; errors name `file:line:column: key: what is wrong,
/// allowed: …`, or the variable instead of the place, all of them at once (at most 20), a line
/// each. Secrets that were read are registered with the log, which blots them out.
///
/// [Threading] immutable once open; any thread. [Ownership] copies share the same sources.
class Loader {
 public:
  /// [Blocking] reads the file. [Errors] invalidArgument: what is wrong, for the operator.
  static Result<Loader> open(const std::string& file, Environment environment);

  const Settings& settings() const;

  /// What the plugin `alias` gets: its section of the file, over it COLIBRI_<ALIAS>_<KEY> and the
  /// contract's variables, checked against the plugin's own schema, with its defaults; as JSON.
  /// An empty schema allows no keys. Keys that the schema marks x-colibri-test-only are refused
  /// unless COLIBRI_TEST_MODE=1, and then each is named in a warning.
  ///
  /// [Errors] notFound: the file does not name the plugin. invalidArgument: as open().
  Result<std::string> pluginSection(std::string_view alias,
                                    std::string_view configSchemaJson) const;

 private:
  explicit Loader(std::shared_ptr<const Sources> sources) : sources_(std::move(sources)) {}

  std::shared_ptr<const Sources> sources_;
};

}  // namespace colibri::config
