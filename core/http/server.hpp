#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "http/handler.hpp"
#include "http/options.hpp"

namespace colibri::http {

/// Counts since start, except `connections`, `bodyBytes` and `webSockets`, which are now.
struct ServerStats {
  std::uint64_t connections = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;          ///< over maxConnections
  std::uint64_t refusedOfHost = 0;    ///< over maxPerHost
  std::uint64_t requests = 0;         ///< given to the handler
  std::uint64_t protocolErrors = 0;   ///< answered by the server itself: 400, 413, 431, 501, …
  std::uint64_t timeouts = 0;         ///< 408, and clients that do not read
  std::uint64_t dropped = 0;          ///< responders destroyed unanswered
  std::uint64_t outOfMemory = 0;      ///< connections or requests ended for want of memory
  std::uint64_t acceptPauses = 0;     ///< out of descriptors or memory
  std::uint64_t bodyBytes = 0;        ///< of request bodies not answered yet
  std::uint64_t bodiesOverTotal = 0;  ///< refused: all bodies together, or the owner's
  std::uint64_t bodiesOverShare = 0;  ///< refused: of one tenant, of one host, of strangers
  std::uint64_t webSockets = 0;       ///< open now; they are `connections`, too
  std::uint64_t messagesIn = 0;       ///< whole messages of WebSocket clients
  std::uint64_t messagesOut = 0;      ///< frames sent, those of the protocol included
  std::uint64_t unreadDropped = 0;    ///< WebSockets closed because the client did not read
};

/// The public HTTP/1.1 listener: event loops, one thread each, that hold every connection.
///
/// [Threading] start, drain and stop from one owner thread, never from a handler; port and stats
/// from any. [Ownership] the handler outlives it; Responders may outlive it.
class Server {
 public:
  Server(Options options, Handler& handler);
  ~Server();  ///< stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// [Errors] invalidArgument: host; conflict: the port is taken; forbidden; unavailable.
  Result<void> start();
  std::uint16_t port() const noexcept;

  /// Stops accepting, closes idle connections, answers what has begun with `Connection: close`.
  /// True if everything ended within the time; what is left then is closed by stop().
  /// [Blocking] up to `within`.
  bool drain(std::chrono::milliseconds within);

  /// Closes everything at once. Idempotent. [Blocking] until the loops have ended.
  void stop();

  ServerStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace colibri::http
