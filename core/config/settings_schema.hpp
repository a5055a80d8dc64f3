#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/schema.hpp"

namespace colibri::config {

/// A plugin's instance schema: the rules for an instance's settings, and what the schema says
/// beside them of members of other names (sdk/schemas.md):
///
///   x-colibri-v2       at the root: how v2 clients speak of the settings
///   x-colibri-create   at the root, of a connector: what it takes of `create` itself
///
/// [Threading] immutable; any thread. [Ownership] copies share what is compiled.
class SettingsSchema {
 public:
  /// [Errors] invalidArgument: the place in the schema and what is wrong with it.
  static Result<SettingsSchema> parse(std::string_view text);

  // --- v2 ---
  /// The member `alias` of a v2 body, in our spelling; null: the body says nothing of the plugin.
  /// Older clients write `mineUrl` for `url`, inside of `mine` or flat beside it: the object wins
  /// over flat members, which count only if the one that the schema names, or `enabled`, asks for
  /// something.
  boost::json::value ofV2(std::string_view alias, const boost::json::object& body) const;
  /// Settings that `create` got from a v2 client, as they are kept.
  boost::json::object fromV2(boost::json::object settings) const;
  /// What the answer of v2's `create` shows of settings; nothing: no member of it.
  boost::json::value createdV2(boost::json::object settings) const;
  /// The name that v2's rows have for the settings, and members of theirs there; empty: none.
  std::string_view rowName() const;
  boost::json::object rowV2(boost::json::object settings, bool enabled) const;

  // --- create ---
  /// Whether `create` can wait for a QR code of this connector.
  bool hasQrCode() const;
  /// Moves what the connector `alias` takes of the body itself, as `token`, to its settings there,
  /// where there are some from then on. [Errors] what is given twice.
  std::vector<Violation> take(std::string_view alias, boost::json::object& body) const;
  /// Checks settings and completes them, as the schema says; what take() moved is called as it was.
  std::vector<Violation> apply(boost::json::value& settings, std::string_view alias) const;
  /// For v2's rows; null: the connector takes none, or it is a secret.
  boost::json::value businessId(const boost::json::object& settings) const;

 private:
  SettingsSchema(Schema rules, boost::json::object v2, boost::json::object create)
      : rules_(std::move(rules)), v2_(std::move(v2)), create_(std::move(create)) {}
  const boost::json::object& claims() const;
  boost::json::object inWordsOfV2(boost::json::object settings, bool& enabled) const;

  Schema rules_;
  boost::json::object v2_, create_;  // checked
};

/// As SettingsSchema::ofV2() where no plugin says more; `flat`: the member without which flat ones
/// do not count.
boost::json::value settingsOfV2(std::string_view alias, const boost::json::object& body,
                                std::string_view flat = "enabled");

}  // namespace colibri::config
