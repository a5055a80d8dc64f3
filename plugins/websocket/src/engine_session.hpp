#pragma once

#include <deque>
#include <string>
#include <vector>

#include "lobby.hpp"
#include "request.hpp"

namespace colibri::websocket {

/// Type of what polling is answered with.
inline constexpr auto kText = "text/plain; charset=UTF-8";

/// Bytes that wait for the polls of one that never was in a namespace: it has little to hear, and
/// may be anybody's.
inline constexpr std::size_t kLonelyQueueBytes = std::size_t{4} << 10;

/// One session of Engine.IO: a client, first over requests that wait (polling) or over a WebSocket,
/// perhaps from one to the other (upgrade). Packets go out whole and in order, whatever carries
/// them.
///
/// [Threading] confined to the server's lock. [Errors] a client that does not read is over its cap
/// and ends: with a WebSocket the host says so, with polling the session adds itself to `overfull`.
class EngineSession {
 public:
  using Sessions = Lobby::Sessions;
  /// `lobby`: where it is while it is in no namespace.
  EngineSession(Wire& wire, Sessions& overfull, Lobby& lobby, const Request& handshake,
                Clock::time_point now);
  ~EngineSession();
  EngineSession(const EngineSession&) = delete;
  EngineSession& operator=(const EngineSession&) = delete;

  const std::string& sid() const noexcept { return sid_; }
  const Caller& caller() const noexcept { return caller_; }
  bool takesOffsets() const noexcept { return takesOffsets_; }
  std::uint64_t webSocket() const noexcept { return webSocket_; }  ///< 0 = polling
  std::uint64_t probing() const noexcept { return probing_; }      ///< 0 = no upgrade under way
  std::uint64_t parked() const noexcept { return parked_; }        ///< the request that waits
  bool ended() const noexcept { return ended_; }

  Sent send(const Bytes& packet);
  /// The client's request for packets. False: one is waiting already, which is an error.
  bool poll(std::uint64_t request);
  void pollGone() noexcept { parked_ = 0; }
  /// It joined a namespace, or left one.
  void joined();
  void left(Clock::time_point now);
  bool lonely() const noexcept { return sockets_ == 0; }
  Clock::time_point lonelySince() const noexcept { return lonelySince_; }
  void openOn(std::uint64_t connection) noexcept { webSocket_ = connection; }
  void probe(std::uint64_t connection, Clock::time_point until);
  /// The client tries the new connection; what waits on the old one is sent home.
  void answerProbe();
  /// The probing connection is the session's from now on.
  void upgrade();
  void probeGone() noexcept { probing_ = 0; }
  /// Nothing follows. `byClient`: it said so. Connections close with `code`.
  void end(std::uint32_t code, std::string_view reason, bool byClient);
  /// Its queue has been emptied since it was half full.
  bool takeDrained() noexcept { return std::exchange(drained_, false); }

  // Heartbeat; kept by the engine.
  Clock::time_point due;  ///< the next ping, or the latest pong
  bool awaitingPong = false;
  Clock::time_point probeUntil{};
  std::uint64_t lastPoll = 0;  ///< the request of the latest poll

 private:
  void flush();

  Wire& wire_;
  Sessions& overfull_;
  Lobby& lobby_;
  std::string sid_;
  Caller caller_;
  std::string group_;        ///< in the lobby
  std::size_t sockets_ = 0;  ///< namespaces it is in
  Clock::time_point lonelySince_;
  bool takesOffsets_;
  std::uint64_t webSocket_ = 0, probing_ = 0, parked_ = 0;
  bool proven_ = false;  ///< it was in a namespace
  bool ended_ = false, full_ = false, drained_ = false;
  std::vector<Bytes> queue_;  ///< of polling
  std::size_t queued_ = 0;    ///< bytes
};

}  // namespace colibri::websocket
