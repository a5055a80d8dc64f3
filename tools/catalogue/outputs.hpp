#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "definitions.hpp"

namespace colibri::catalogue_tool {

/// The C++ source behind core/catalogue/operation.hpp.
std::string sourceText(const Catalogue& catalogue, const std::filesystem::path& root);

/// The files of the source tree that follow from the catalogue, by their paths from its root.
std::map<std::string, std::string> generatedFiles(const Catalogue& catalogue,
                                                  const std::filesystem::path& root);

}  // namespace colibri::catalogue_tool
