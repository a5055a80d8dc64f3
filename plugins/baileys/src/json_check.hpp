#pragma once

#include <string_view>

namespace colibri::baileys {

/// Whether `text` is one JSON value, complete and valid UTF-8. Builds nothing. [Threading] any.
bool isJson(std::string_view text);

}  // namespace colibri::baileys
