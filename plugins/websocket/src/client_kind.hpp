#pragma once

#include <string_view>

namespace colibri::websocket {

/// Does a client cope with a second argument, the offset, beside the one that older gateways send?
/// The official library keeps it for connection state recovery, and handlers in JavaScript, Java or
/// Swift do not mind; those in Python or Dart break. Nobody says what it is but by the headers of
/// its handshake: `userAgent`, and without one `extensions`, where the WebSocket of Node.js offers
/// compression. `recovery`, a query parameter, decides if it is "1" or "0".
///
/// [Threading] pure.
bool takesOffsets(std::string_view userAgent, std::string_view extensions,
                  std::string_view recovery) noexcept;

}  // namespace colibri::websocket
