#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/operation.hpp"

namespace colibri::catalogue {

/// What a definition looks like, as a JSON Schema (definition.schema.json, as it was at build).
std::string_view definitionSchema() noexcept;

/// A definition of an operation: of the source tree, or of a plugin that was loaded.
struct Definition {
  std::string id;
  boost::json::object text;                ///< which definitionSchema() has let through
  std::string method;                      ///< of its route; empty: it has none
  std::vector<std::string> words, params;  ///< of the path

  /// A member's text, or nothing.
  std::string said(std::string_view member) const;
  bool ofInstance() const { return said("key") == "instance"; }
  /// Segments of its paths, the instance's with them.
  std::size_t places() const { return words.size() + params.size() + (ofInstance() ? 1 : 0); }
};

/// Fills in what follows from the text's `route`. Returns all that no schema can say is wrong with
/// it, a sentence each. [Threading] pure.
std::vector<std::string> readRoute(Definition& one);

/// What a route has to be called by its path: `message.sendText`, or with several methods
/// `webhook.meta.GET`. [Threading] pure.
std::string nameOf(const Definition& one);
bool isCalledAsItsRoute(const Definition& one);

/// Two routes of the same shape have a path in common, whether the instance stands before or behind
/// the words: a request would have two meanings. [Threading] pure.
std::string shapeOf(const Definition& one);

/// The row of a plugin's definition, with all texts that it refers to. [Errors] none: the schemas
/// in it are whoever's who compiles them. [Threading] immutable.
std::shared_ptr<const Operation> pluginsOperation(const Definition& one);

}  // namespace colibri::catalogue
