#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/function.hpp"
#include "base/seats.hpp"
#include "base/unique_fd.hpp"
#include "http/body_budget.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/parser.hpp"
#include "http/websocket.hpp"

namespace colibri::http {

class Responder;

/// What is kept of further requests while one is being handled.
inline constexpr std::size_t kPipelinedBytes = 16 * 1024;

/// What a connection is doing with its current request.
enum class Phase : std::uint8_t {
  idle,       ///< between requests; holds no buffers
  head,       ///< a request has begun
  body,       ///< its head is accepted
  handling,   ///< the handler has it; more requests wait unparsed
  webSocket,  ///< upgraded; what it does is in `webSocket`
  lingering,  ///< the last answer is out; what still comes is thrown away
};

/// What a connection needs more once it is a WebSocket. An idle one holds no buffers.
struct OpenWebSocket {
  std::shared_ptr<WebSocketPeer> peer;  ///< null once it was told of the end
  std::shared_ptr<WebSocketCounts> counts;
  WebSocketLimits limits;
  std::vector<OutFrame> out;              ///< to be sent, from `outFirst` on
  std::size_t outFirst = 0, outSent = 0;  ///< `outSent`: bytes of the first
  std::unique_ptr<MessageReader> reader;  ///< while a frame or message is received
  std::string pong;                       ///< owed for the latest ping, once `out` is empty
  bool pongDue = false;
  bool pinged = false;   ///< and nothing was heard since
  bool closing = false;  ///< the last frame in `out` closes
  bool dropped = false;  ///< the client has not read for too long

  bool waiting() const noexcept { return outFirst < out.size(); }
};

/// One client. Small: ten thousand idle ones are held in a few megabytes.
///
/// Requests of one connection are handled one after the other, so answers are in order by
/// construction and a pipelining client can make us hold one request and a bounded rest of bytes.
///
/// [Threading] confined to its loop.
struct Connection {
  UniqueFd socket;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< tells a late epoll event from one of the slot's next owner
  std::uint64_t exchange = 0;    ///< the request being handled, 0 = none
  std::uint32_t interest = 0;    ///< what epoll watches for
  Phase phase = Phase::idle;
  bool ended = false;       ///< the client has closed its side (or everything)
  bool drained = false;     ///< and we have read all it sent before
  bool closeAfter = false;  ///< nothing more is answered once `out` is gone
  bool keepAlive = true;    ///< of the request being handled
  bool http10 = false;
  bool headOnly = false;
  bool resuming = false;  ///< listed to be continued in this turn of the loop
  PeerAddress peer;
  Seats::Seat seat;  ///< of its host's
  DeadlineNode deadline;
  std::uint64_t windowBytes = 0;  ///< body received or answer sent since the deadline was set
  std::uint64_t unread = 0;       ///< sent before that, and not acknowledged then
  BodyBudget::Share body;         ///< until the request is answered
  Function<void(Request, Responder)> serve;  ///< while a body is received
  std::string in;                            ///< received, not parsed; empty while idle
  std::string out;                           ///< answers not sent yet
  std::size_t outSent = 0;
  std::unique_ptr<RequestParser> parser;  ///< while a request is received
  std::unique_ptr<OpenWebSocket> webSocket;

  std::size_t outWaiting() const noexcept { return out.size() - outSent; }
  std::uint64_t epollKey() const noexcept {
    return (static_cast<std::uint64_t>(generation) << 32) | slot;
  }
};

/// All connections of one loop, by slot. References stay valid until release().
///
/// [Threading] confined.
class ConnectionTable {
 public:
  static constexpr std::uint32_t kSlotBits = 20;

  /// Null if the table is full.
  Connection* add(UniqueFd socket);
  void release(Connection& connection);
  Connection* byEpollKey(std::uint64_t key) noexcept;
  Connection* bySlot(std::uint32_t slot) noexcept;
  /// Null if that request has been answered or its connection is gone.
  Connection* byExchange(std::uint64_t exchange) noexcept;
  void beginExchange(Connection& connection) noexcept;

  std::size_t size() const noexcept { return used_; }
  std::uint32_t slots() const noexcept { return static_cast<std::uint32_t>(entries_.size()); }

 private:
  std::vector<std::unique_ptr<Connection>> entries_;
  std::vector<std::uint32_t> free_;
  std::size_t used_ = 0;
  std::uint32_t nextGeneration_ = 1;
  std::uint64_t nextExchange_ = 1;
};

}  // namespace colibri::http
