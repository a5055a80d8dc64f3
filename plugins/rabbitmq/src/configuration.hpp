#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker_uri.hpp"
#include "connection.hpp"
#include "route.hpp"

namespace colibri::rabbitmq {

/// One exchange for the events of all instances.
struct GlobalExchange {
  std::string name, prefix;
  std::vector<std::string> events;  ///< wire names

  Route routeOf(std::string_view wireName) const { return routeOfAll(name, prefix, wireName); }
};

/// The plugin's own section of the configuration.
struct Configuration {
  std::optional<Broker> broker;  ///< nothing = instances cannot use the plugin
  ConnectionOptions connection;
  std::optional<GlobalExchange> global;
};

/// [Errors] throws sdk::Error: the key and what is allowed, never a value.
Configuration parseConfiguration(std::string_view json);

}  // namespace colibri::rabbitmq
