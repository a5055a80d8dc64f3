#include "route.hpp"

namespace colibri::rabbitmq {

Route routeOfInstance(std::string_view instance, std::string_view wireName) {
  return routeOfAll(instance, instance, wireName);
}

Route routeOfAll(std::string_view exchange, std::string_view prefix, std::string_view wireName) {
  Route route{std::string(exchange), std::string(prefix), std::string(wireName)};
  if (!route.queue.empty()) route.queue.push_back('.');
  route.queue.append(wireName);
  return route;
}

std::string problemOf(const Route& route) {
  constexpr std::size_t kLongest = 255;  // of a short string, AMQP 0-9-1, 4.2.5.3
  if (route.queue.size() <= kLongest && route.exchange.size() <= kLongest) return {};
  return "the name of the queue, " + route.queue.substr(0, 32) + "…" +
         ", has more than the 255 bytes that AMQP allows";
}

}  // namespace colibri::rabbitmq
