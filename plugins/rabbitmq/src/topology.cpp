#include "topology.hpp"

#include "say.hpp"

namespace colibri::rabbitmq {
namespace {

constexpr std::uint16_t kNotFound = 404, kPreconditionFailed = 406;
constexpr std::chrono::milliseconds kUntilConsumersKnow{500};

/// One text per route; a NUL is in none of the names.
std::string keyOf(const Route& route) {
  std::string key = route.exchange;
  return key.append(1, '\0').append(route.queue);
}

/// Calls `request`. The channel is open afterwards, whatever the broker says.
template <class Request>
void onOpenChannel(Connection& connection, Request&& request) {
  try {
    request();
  } catch (const ChannelRefused&) {
    connection.openChannel(Topology::kChannel);
    throw;
  }
}

}  // namespace

bool Topology::ensure(Connection& connection, const Route& route) {
  auto key = keyOf(route);
  if (routes_.contains(key)) return false;
  if (const auto at = notBefore_.find(key); at != notBefore_.end()) {
    if (std::chrono::steady_clock::now() < at->second)
      throw ChannelRefused(kNotFound, "it was deleted, and is made again in a moment");
    notBefore_.erase(at);
  }
  if (!exchanges_.contains(route.exchange)) {
    declareOrTake(connection, "exchange", route.exchange, [&](bool passive) {
      connection.declareExchange(kChannel, route.exchange, passive);
    });
    exchanges_.insert(route.exchange);
  }
  declareOrTake(connection, "queue", route.queue,
                [&](bool passive) { connection.declareQueue(kChannel, route.queue, passive); });
  onOpenChannel(connection, [&] { connection.bindQueue(kChannel, route); });
  routes_.insert(std::move(key));
  return true;
}

void Topology::vanished(const Route& route) {
  auto key = keyOf(route);
  routes_.erase(key);
  exchanges_.erase(route.exchange);
  notBefore_[std::move(key)] = std::chrono::steady_clock::now() + kUntilConsumersKnow;
}

void Topology::declareOrTake(Connection& connection, std::string_view what, const std::string& name,
                             const Declare& declare) {
  std::string difference;
  try {
    return onOpenChannel(connection, [&] { declare(false); });
  } catch (const ChannelRefused& refused) {
    if (refused.code() != kPreconditionFailed) throw;
    difference = refused.what();
  }
  onOpenChannel(connection, [&] { declare(true); });
  if (takenAsIs_.insert(std::string(what) + " " + name).second)
    say(host_, COLIBRI_LOG_WARN,
        "it is there with other properties than ours, and is used as it is",
        {{"what", what}, {"name", name}, {"why", difference}});
}

void Topology::forget() noexcept {
  exchanges_.clear();
  routes_.clear();
}

}  // namespace colibri::rabbitmq
