#include "server.hpp"

#include "close_codes.hpp"
#include "random_id.hpp"

namespace colibri::websocket {
namespace {

constexpr std::size_t kMostEmptySeats = 100'000;

std::unique_ptr<GlobalFeed> globalFeed(Wire& wire, const Server::Options& options) {
  if (!options.global) return nullptr;
  return std::make_unique<GlobalFeed>(wire, options.serverUrl, randomId().substr(0, 8),
                                      GlobalFeed::Limits{.age = options.recovery});
}

/// All clients of an instance may come back at once.
EngineLimits limitsOf(const Server::Options& options) {
  auto limits = options.limits;
  limits.lonelyOfKey = options.clientsPerFeed;
  return limits;
}

}  // namespace

Server::Server(Wire& wire, const Options& options, Now now)
    : now_(std::move(now)),
      serverUrl_(options.serverUrl),
      feeds_(globalFeed(wire, options)),
      seats_(options.recovery, kMostEmptySeats, now_()),
      sockets_(wire, feeds_, seats_, options.clientsPerFeed, now_),
      engine_(wire, sockets_, options.times, limitsOf(options)),
      plain_(wire, feeds_, options.clientsPerFeed),
      wire_(wire) {}

template <class Work>
auto Server::locked(Work work) {
  const std::scoped_lock lock(mutex_);
  struct Settle {
    EngineServer& engine;
    ~Settle() { engine.settle(); }
  } const settle{engine_};
  return work();
}

void Server::http(const Request& request) {
  locked([&] { engine_.http(request, now_()); });
}

void Server::httpGone(std::uint64_t request) {
  locked([&] { engine_.httpGone(request); });
}

Opened Server::open(const Request& request) {
  return locked([&] {
    return request.instanceKey != 0 ? plain_.open(request) : engine_.open(request, now_());
  });
}

void Server::message(std::uint64_t connection, bool text, std::string_view data) {
  locked([&] { engine_.message(connection, text, data, now_()); });
}

void Server::writable(std::uint64_t connection) {
  locked([&] {
    engine_.writable(connection);
    plain_.writable(connection);
  });
}

void Server::closed(std::uint64_t connection, std::uint32_t code) {
  locked([&] {
    if (code == kUnread) ++unread_;
    if (!engine_.closed(connection, now_())) plain_.closed(connection);
  });
}

void Server::instance(std::uint64_t key, std::string_view name) {
  locked([&] {
    if (feeds_.find(key) != nullptr) return;
    feeds_.add(key, std::make_unique<InstanceFeed>(wire_, serverUrl_, key, std::string(name)));
  });
}

void Server::instanceGone(std::uint64_t key) {
  locked([&] {
    const auto feed = feeds_.remove(key);
    if (feed == nullptr) return;
    sockets_.disconnect(*feed);
    plain_.disconnect(*feed, "the instance was deleted");
  });
}

void Server::settings(std::uint64_t key, std::optional<std::string> filterJson) {
  locked([&] {
    auto* const feed = feeds_.find(key);
    if (feed == nullptr) return;
    feed->setFilter(std::move(filterJson));
    if (!feed->on()) plain_.disconnect(*feed, "events were switched off");
  });
}

void Server::deliver(const sdk::EventRef& event, bool toAll) {
  const auto envelope = sdk::toJson(sdk::envelopeOf(event, serverUrl_));
  locked([&] {
    auto* const feed = toAll ? nullptr : feeds_.find(event->instance_key);
    if (feed != nullptr) feed->publish(event, envelope);
    if (toAll && feeds_.global() != nullptr) feeds_.global()->publish(event, envelope, now_());
  });
}

void Server::page(std::uint64_t instanceKey, std::uint64_t reader, const Page& page) {
  locked([&] {
    if (auto* const feed = feeds_.find(instanceKey)) feed->page(reader, page);
  });
}

void Server::tick() {
  locked([&] {
    const auto now = now_();
    engine_.tick(now);
    seats_.expire(now);
    feeds_.tick(now);
  });
}

void Server::stop() {
  locked([&] {
    engine_.endAll(kGoingAway, "the gateway stops");
    plain_.endAll(kGoingAway, "the gateway stops");
  });
}

std::uint64_t Server::dropped() const {
  const std::scoped_lock lock(mutex_);
  return unread_ + engine_.overfull();
}

std::uint64_t Server::evicted() const {
  const std::scoped_lock lock(mutex_);
  return engine_.evicted();
}

}  // namespace colibri::websocket
