#pragma once

#include <memory>
#include <unordered_map>

#include "feeds.hpp"
#include "request.hpp"

namespace colibri::websocket {

/// Events over a WebSocket and nothing else: /{instance}/events, a frame of JSON per event.
///
/// [Threading] confined to the server's lock. [Errors] a refused request is answered over HTTP;
/// what a client sends is not read.
class PlainServer {
 public:
  PlainServer(Wire& wire, Feeds& feeds, std::size_t clientsPerFeed);
  ~PlainServer();

  Opened open(const Request& request);
  void writable(std::uint64_t connection);
  void closed(std::uint64_t connection);
  /// The feed goes, or is off: whoever listens to it here is closed.
  void disconnect(const Feed& feed, std::string_view why);
  void endAll(std::uint32_t code, std::string_view reason);

 private:
  class Receiver;
  Wire& wire_;
  Feeds& feeds_;
  const std::size_t clientsPerFeed_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Receiver>> receivers_;  ///< by connection
};

}  // namespace colibri::websocket
