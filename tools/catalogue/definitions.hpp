#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalogue/definition.hpp"

namespace colibri::catalogue_tool {

/// Everything that is wrong with the catalogue, a line each, with file, line and column. The build
/// ends with it.
struct Faulty : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One file of an operation.
struct Definition : catalogue::Definition {
  std::string plugin;  ///< whose folder it lies in; empty: core/catalogue
  std::string where;   ///< the file's path, for messages

  bool isCommand() const { return text.contains("command"); }
  /// A command for an instance that is being linked.
  bool isWhileLinking() const;
};

/// All files of the catalogue.
struct Catalogue {
  std::vector<Definition> definitions;     ///< sorted by id
  boost::json::object api;                 ///< core/catalogue/api.yaml
  boost::json::object schemas, responses;  ///< of all components.yaml, by name
  std::filesystem::path root;
};

/// Reads the catalogue of the source tree `root`. [Errors] throws Faulty.
Catalogue readCatalogue(const std::filesystem::path& root);

/// The schema `$ref` points to, followed to its end; `value` itself if it is none. [Errors] throws
/// Faulty.
const boost::json::value& referred(const Catalogue& catalogue, const boost::json::value& value);

/// The schema of all parameters of a query; without any, of none.
boost::json::object querySchemaOf(const Definition& definition);
/// The schema of what a command is given: the body, or the query if it has none.
boost::json::value commandBody(const Definition& definition);
/// What a `$ref` to a file names, as `../plugins/webhook/instance.schema.json#/properties/url`: the
/// plugins' own schemas are not components. [Errors] throws Faulty.
boost::json::value inFile(const Catalogue& catalogue, std::string_view reference);

/// The schema of a body or query as the gateway checks it: in the words of config/schema.hpp,
/// complete in itself, without what is only for readers. [Errors] throws Faulty, which names
/// `where`.
std::string checkedSchema(const Catalogue& catalogue, const boost::json::value& schema,
                          const std::string& where);

}  // namespace colibri::catalogue_tool
