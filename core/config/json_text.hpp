#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"
#include "shared/json.hpp"

namespace colibri::config {

inline constexpr std::size_t kMaxDocumentBytes = 1024 * 1024;
inline constexpr shared::JsonLimits kDocument{};

/// JSON of at most 1 MB, within the limits of kDocument.
///
/// [Threading] any thread, pure. [Errors] invalidArgument: what is wrong and where.
Result<boost::json::value> parseJson(std::string_view text);

}  // namespace colibri::config
