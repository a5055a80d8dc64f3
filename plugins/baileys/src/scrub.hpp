#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace colibri::baileys {

/// A text from outside made fit for a log line: control bytes become spaces, it is cut at `most`
/// bytes, and every run that could be a key, a token, a JID or a telephone number becomes "[…]".
/// Errs on the side of striking out too much.
std::string scrub(std::string_view text, std::size_t most);

}  // namespace colibri::baileys
