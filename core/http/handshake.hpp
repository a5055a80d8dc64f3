#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.hpp"
#include "http/response.hpp"

namespace colibri::http {

/// Does the client want this connection to become a WebSocket (RFC 6455 4.2.1)? [Threading] pure.
bool wantsWebSocket(const Head& head) noexcept;
/// Why not, for one that wants it: 426 with our version, or 400.
std::optional<Response> refuseHandshake(const Head& head);
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 4.2.2).
std::string acceptKey(std::string_view key);

}  // namespace colibri::http
