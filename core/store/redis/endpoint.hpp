#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace colibri::store::redis {

/// Where a Redis is and how to be let in.
struct Endpoint {
  std::string host;
  std::uint16_t port = 6379;
  unsigned database = 0;
  std::string user, password;  ///< empty: none; never logged

  /// host:port/database, for people.
  std::string text() const;
};

/// redis://[[user]:password@]host[:port][/database], parts in percent encoding as in RFC 3986.
///
/// [pure] [Errors] invalidArgument, unsupported (rediss://); one sentence without the password.
Result<Endpoint> parseEndpoint(const std::string& text);

}  // namespace colibri::store::redis
