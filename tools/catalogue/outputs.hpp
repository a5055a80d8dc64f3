#pragma once

#include <map>
#include <string>

#include "definitions.hpp"

namespace colibri::catalogue_tool {

/// The C++ source behind core/catalogue/operation.hpp.
std::string sourceText(const Catalogue& catalogue);

/// The files of the source tree that follow from the catalogue, by their paths from its root.
std::map<std::string, std::string> generatedFiles(const Catalogue& catalogue);

}  // namespace colibri::catalogue_tool
