#pragma once

#include <cstdint>

namespace colibri::websocket {

// Why a connection is closed: RFC 6455, section 7.4.1, and its registry for 1013.
inline constexpr std::uint32_t kNormal = 1000, kGoingAway = 1001, kProtocolError = 1002,
                               kUnread = 1013;

}  // namespace colibri::websocket
