#pragma once

#include <string_view>

#include "http/request.hpp"

namespace colibri::http {

/// Splits a request target (origin form `/a/b?x=1`, absolute form `http://host/a/b`, or `*`) into
/// decoded path segments and query parameters. A segment is decoded after the split, once, so
/// `%2F` stays inside its segment and `%252F` becomes the text `%2F`.
///
/// False: a `%` without two hexadecimal digits, or none of these forms; `head` is then unspecified.
bool parseTarget(std::string_view target, Head& head);

}  // namespace colibri::http
