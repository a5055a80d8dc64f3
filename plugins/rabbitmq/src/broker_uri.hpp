#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace colibri::rabbitmq {

/// Where the broker is and who we are there.
struct Broker {
  std::string host = "localhost";
  std::uint16_t port = 5672;
  std::string vhost = "/";
  std::string user = "guest", password = "guest";
  bool tls = false;

  /// "amqps://host:port/vhost", for logs: without user and password.
  std::string shown() const;
};

/// Reads amqp://user:password@host:port/vhost or amqps://…; special characters as %XX. A path that
/// is missing or empty is the vhost "/", as most clients take it. See
/// https://www.rabbitmq.com/docs/uri-spec
///
/// [Errors] throws sdk::Error, "uri: what is allowed"; the URI is never repeated.
Broker parseBrokerUri(std::string_view uri);

}  // namespace colibri::rabbitmq
