#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace colibri::http {

struct Listener {
  UniqueFd socket;  ///< non-blocking, close-on-exec; accepted sockets inherit TCP_NODELAY
  std::uint16_t port = 0;
};

/// A socket that listens on `host` (name or address). `shared`: other sockets of this user may
/// listen on the same port (SO_REUSEPORT), one per event loop.
///
/// [Blocking] while a name is resolved. [Errors] invalidArgument: host; conflict: the port is
/// taken; forbidden: not allowed to this user; unavailable: anything else.
Result<Listener> listenOn(const std::string& host, std::uint16_t port, bool shared);

}  // namespace colibri::http
