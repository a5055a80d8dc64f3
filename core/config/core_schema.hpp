#pragma once

#include <string_view>

namespace colibri::config {

/// The text of config/colibri.schema.json, as it was at build.
std::string_view coreSchemaText() noexcept;

}  // namespace colibri::config
