#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine_packet.hpp"
#include "engine_session.hpp"
#include "request.hpp"

namespace colibri::websocket {

/// What runs over sessions. Never ends one on the caller's stack.
class EngineHandler {
 public:
  virtual ~EngineHandler() = default;
  /// `token`: the request or connection that brought it. A refusal ends the session.
  virtual std::optional<Refusal> onMessage(EngineSession& session, std::uint64_t token,
                                           std::string_view text) = 0;
  virtual void onWritable(EngineSession& session) = 0;
  virtual void onEnded(EngineSession& session) = 0;
};

/// Bytes of one POST or message of a client, which has little to say.
inline constexpr std::size_t kMostPayload = std::size_t{16} << 10;

/// Sessions at a time.
struct EngineLimits {
  std::size_t all = 200'000;  ///< strangers not counted
  /// In no namespace, and without a key so far: of everybody, and of one sender. A client is there
  /// for two of its round trips.
  Lobby::Limits strangers{16'384, 4'096};
  std::size_t lonelyOfKey = 10'000;  ///< in no namespace, of one instance's key
};

struct EngineTimes {
  std::chrono::milliseconds pingInterval{25'000}, pingTimeout{20'000};
  std::chrono::milliseconds join{45'000};  ///< until a client is in a namespace
  std::chrono::milliseconds probe{10'000};
};

/// The sessions of Engine.IO: handshakes, requests, connections, heartbeats. 4 is the only revision
/// it speaks.
///
/// [Threading] confined to the server's lock. [Errors] answered to the client as the protocol's own
/// server does: 400 with {"code","message"}.
class EngineServer {
 public:
  EngineServer(Wire& wire, EngineHandler& handler, EngineTimes times, EngineLimits limits = {})
      : wire_(wire),
        handler_(handler),
        times_(times),
        limits_(limits),
        strangers_(limits.strangers, evicted_),
        known_({limits.all, limits.lonelyOfKey}, evicted_) {}

  void http(const Request& request, Clock::time_point now);
  void httpGone(std::uint64_t request);
  Opened open(const Request& request, Clock::time_point now);
  void message(std::uint64_t connection, bool text, std::string_view data, Clock::time_point now);
  void writable(std::uint64_t connection);
  /// False: no connection of ours.
  bool closed(std::uint64_t connection, Clock::time_point now);
  void tick(Clock::time_point now);
  void end(EngineSession& session, std::uint32_t code, std::string_view reason,
           bool byClient = false);
  void endAll(std::uint32_t code, std::string_view reason);
  /// Ends those that did not read or had to give way, and frees what has ended. After everything
  /// that sends.
  void settle();

  std::size_t sessions() const noexcept { return sessions_.size(); }
  std::size_t overfull() const noexcept {
    return overfullEnded_;
  }  ///< ended because they did not poll
  /// In no namespace, ended because there were too many of them.
  std::uint64_t evicted() const noexcept { return strangers_.evicted() + known_.evicted(); }

 private:
  EngineSession* make(const Request& request, Clock::time_point now);
  EngineSession* find(std::string_view sid) const;
  void handshake(const Request& request, Clock::time_point now);
  void post(EngineSession& session, const Request& request, Clock::time_point now);
  void onProbe(EngineSession& session, std::string_view text);
  std::optional<Refusal> onPacket(EngineSession& session, const EnginePacket& packet,
                                  std::uint64_t token, Clock::time_point now);
  std::string openPacketOf(const EngineSession& session, bool mayUpgrade) const;
  void refuse(std::uint64_t request, int code, std::string_view message);
  void drain(EngineSession& session);

  Wire& wire_;
  EngineHandler& handler_;
  EngineTimes times_;
  const EngineLimits limits_;
  EngineSession::Sessions overfull_, evicted_;
  Lobby strangers_, known_;  ///< sessions in no namespace; before them, for they leave it
  std::unordered_map<std::string, std::unique_ptr<EngineSession>> sessions_;  ///< by sid
  std::unordered_map<std::uint64_t, EngineSession*> connections_, polls_;     ///< by token
  std::vector<std::unique_ptr<EngineSession>> ended_;
  std::size_t overfullEnded_ = 0;
};

}  // namespace colibri::websocket
