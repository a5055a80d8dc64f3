#pragma once

#include <map>
#include <string>

#include "api/rules.hpp"
#include "plugin/ports.hpp"

namespace colibri::app {

/// The commands of the catalogue, for plugins that submit them.
///
/// [Threading] any thread; immutable.
class CatalogueOperations final : public plugin::Operations {
 public:
  CatalogueOperations();
  Result<plugin::CheckedCommand> check(std::string_view name, std::string body) const override;

 private:
  struct Command {
    const catalogue::Operation* operation;
    api::Rules rules;
  };
  std::map<std::string_view, Command> commands_;
};

}  // namespace colibri::app
