#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/environment.hpp"
#include "config/loader.hpp"
#include "config/schema.hpp"
#include "config/settings.hpp"
#include "config/violation.hpp"
#include "config/yaml.hpp"

namespace colibri::config {

/// What a Loader holds. [Threading] immutable once loaded.
struct Sources {
  /// Path → the variable that set it.
  using Variables = std::map<std::string, std::string, std::less<>>;

  std::string file;
  YamlDocument document;
  Environment environment;
  Settings settings;
  Variables variables;  ///< of the core's keys

  std::vector<std::string> aliases() const;
};

/// Variables that overlay a document, and the errors found on the way.
///
/// [Threading] confined to the call that loads.
class Overlay {
 public:
  /// `name` stands before the paths of `document`, as in the violations.
  Overlay(const Sources& sources, std::string name) : sources_(sources), name_(std::move(name)) {}

  /// Sets `key` from the variable, if it is set. `translate`: its text as ours; none: alike.
  void set(boost::json::value& document, const Schema::Key& key, std::string_view variable,
           const std::function<std::string(std::string_view)>& translate = {});
  /// Something is wrong with a variable itself.
  void refuseVariable(std::string_view variable, const std::string& why);
  /// A file that anyone may read must hold none of `secrets`, which are the file's.
  void refuseExposed(const std::vector<Schema::Mark>& secrets);
  /// Adds each with its place: the variable that set it, else where it stands in the file.
  void add(const std::vector<Violation>& violations);

  const Sources::Variables& variables() const noexcept { return variables_; }
  bool failed() const noexcept { return !errors_.empty(); }
  bool isSet(std::string_view path) const { return !variableOf(path).empty(); }
  Error error() const;

 private:
  std::string_view variableOf(std::string_view path) const;

  const Sources& sources_;
  std::string name_;
  Sources::Variables variables_;
  std::vector<std::string> errors_;
};

/// A section whose keys are all commented out is `null` in YAML; people mean an empty one.
void nullSectionsToObjects(boost::json::value& document, const Schema& schema);

/// What `document` says for every key of `schema` that has no keys of its own; `name` stands before
/// the paths.
std::vector<EffectiveKey> effectiveKeys(const Sources& sources, const Schema& schema,
                                        const boost::json::value& document, std::string_view name,
                                        const Sources::Variables& variables);

std::string joinedPath(std::string_view name, const std::vector<std::string>& path);

}  // namespace colibri::config
