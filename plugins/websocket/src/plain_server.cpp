#include "plain_server.hpp"

#include "close_codes.hpp"
#include "frames.hpp"

namespace colibri::websocket {

class PlainServer::Receiver final : public Listener {
 public:
  Receiver(Wire& wire, std::uint64_t connection, Feed& feed)
      : Listener({}), wire_(wire), connection_(connection), feed_(feed) {}

  Feed& feed() const noexcept { return feed_; }
  std::uint64_t connection() const noexcept override { return connection_; }
  Sent send(const Bytes& frame) override { return wire_.send(connection_, frame); }
  void resumed(const Skipped* skipped) override {
    if (skipped != nullptr) send(skippedFrameOf(form(), *skipped));
  }

 private:
  Wire& wire_;
  std::uint64_t connection_;
  Feed& feed_;
};

PlainServer::PlainServer(Wire& wire, Feeds& feeds, std::size_t clientsPerFeed)
    : wire_(wire), feeds_(feeds), clientsPerFeed_(clientsPerFeed) {}
PlainServer::~PlainServer() = default;

Opened PlainServer::open(const Request& request) {
  auto* const feed = feeds_.find(request.instanceKey);
  if (feed == nullptr) return {COLIBRI_E_NOT_FOUND, "there is no such instance"};
  if (!feed->on())
    return {COLIBRI_E_FORBIDDEN,
            "events are off for this instance: POST /{instance}/websocket/set {\"enabled\":true}"};
  const auto after = feed->parseOffset(request.since);
  if (!request.since.empty() && !after)
    return {COLIBRI_E_INVALID_ARGUMENT, "since: must be the seq of an event, or 0"};
  if (feed->size() >= clientsPerFeed_) return {COLIBRI_E_RATE_LIMITED, kTooManyClients};
  auto& receiver =
      *(receivers_[request.token] = std::make_unique<Receiver>(wire_, request.token, *feed));
  if (after)
    feed->resume(receiver, *after);
  else
    feed->join(receiver);
  return {};
}

void PlainServer::writable(std::uint64_t connection) {
  const auto found = receivers_.find(connection);
  if (found != receivers_.end()) found->second->feed().writable(*found->second);
}

void PlainServer::closed(std::uint64_t connection) {
  const auto found = receivers_.find(connection);
  if (found == receivers_.end()) return;
  found->second->feed().leave(*found->second);
  receivers_.erase(found);
}

void PlainServer::disconnect(const Feed& feed, std::string_view why) {
  for (auto* const listener : feed.listeners()) {
    const auto* const receiver = dynamic_cast<Receiver*>(listener);
    if (receiver == nullptr) continue;
    const auto connection = receiver->connection();
    closed(connection);
    wire_.close(connection, kNormal, why);
  }
}

void PlainServer::endAll(std::uint32_t code, std::string_view reason) {
  while (!receivers_.empty()) {
    const auto connection = receivers_.begin()->first;
    closed(connection);
    wire_.close(connection, code, reason);
  }
}

}  // namespace colibri::websocket
