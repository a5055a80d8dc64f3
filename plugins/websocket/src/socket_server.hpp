#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine_server.hpp"
#include "feeds.hpp"
#include "seats.hpp"
#include "socket.hpp"
#include "socket_packet.hpp"

namespace colibri::websocket {

/// Namespaces of Socket.IO over the sessions of Engine.IO: who may join which, from where on events
/// come, and how one leaves.
///
/// [Threading] confined to the server's lock. [Errors] a refused CONNECT is answered CONNECT_ERROR
/// with a sentence, a packet that is none ends the session.
class SocketServer final : public EngineHandler {
 public:
  using Now = std::function<Clock::time_point()>;
  SocketServer(Wire& wire, Feeds& feeds, Seats& seats, std::size_t clientsPerFeed, Now now)
      : wire_(wire),
        feeds_(feeds),
        seats_(seats),
        clientsPerFeed_(clientsPerFeed),
        now_(std::move(now)) {}

  std::optional<Refusal> onMessage(EngineSession& session, std::uint64_t token,
                                   std::string_view text) override;
  void onWritable(EngineSession& session) override;
  void onEnded(EngineSession& session) override;
  /// The feed goes: whoever listens to it by Socket.IO is disconnected.
  void disconnect(const Feed& feed);

 private:
  using Sockets = std::vector<std::unique_ptr<Socket>>;
  struct Target {
    Feed* feed = nullptr;
    std::uint64_t key = 0;
    std::string_view problem = {};
  };
  void connect(EngineSession& session, std::uint64_t token, const SocketPacket& packet);
  Target targetOf(const std::string& nsp, const Caller& caller) const;
  std::string_view identify(EngineSession& session, std::uint64_t token,
                            const boost::json::value& auth, Caller& out) const;
  void leave(EngineSession& session, const std::string& nsp);
  void answer(EngineSession& session, const SocketPacket& packet);
  Sockets::iterator socketOf(Sockets& sockets, const std::string& nsp) const;

  Wire& wire_;
  Feeds& feeds_;
  Seats& seats_;
  const std::size_t clientsPerFeed_;
  Now now_;
  std::unordered_map<const EngineSession*, Sockets> sockets_;
};

}  // namespace colibri::websocket
