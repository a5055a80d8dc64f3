#pragma once

#include <string>

namespace colibri::websocket {

/// 20 characters of base64url, 120 bits of the system's random source: nobody guesses a session.
/// [Threading] any. [Errors] throws if the system has no random source.
std::string randomId();

}  // namespace colibri::websocket
