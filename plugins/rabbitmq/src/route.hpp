#pragma once

#include <string>
#include <string_view>

namespace colibri::rabbitmq {

/// The way of one kind of event into its queue. The names are those of older gateways, so that
/// their consumers go on as they are.
struct Route {
  std::string exchange, queue, key;
  bool operator==(const Route&) const = default;
};

/// Exchange `instance`, queue `instance`.`wireName`.
Route routeOfInstance(std::string_view instance, std::string_view wireName);
/// Exchange `exchange`, queue `prefix`.`wireName`, or the wire name alone if there is no prefix.
Route routeOfAll(std::string_view exchange, std::string_view prefix, std::string_view wireName);

/// Why the broker cannot have these names, a sentence; empty if it can.
std::string problemOf(const Route& route);

}  // namespace colibri::rabbitmq
