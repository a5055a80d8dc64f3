#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/frames.hpp"

namespace colibri::http {

class Mailbox;

/// The application's side of one WebSocket connection.
///
/// [Threading] on the connection's loop thread, one after the other; nothing may block or throw.
class WebSocketPeer {
 public:
  virtual ~WebSocketPeer() = default;
  /// A whole message. Until it is consumed() it counts as unread; a connection with too much of
  /// that is not read further.
  virtual void onMessage(Opcode opcode, std::string message) = 0;
  /// Less than half of the queue is in use again, after it was full beyond that.
  virtual void onWritable() = 0;
  /// The last call. Codes of RFC 6455 7.4: 1006 = it broke, 1013 = it did not read.
  virtual void onClosed(std::uint16_t code) = 0;
};

struct WebSocketLimits {
  std::size_t messageBytes = 64 * 1024;  ///< more: closed with 1009
  std::size_t queueBytes = 1024 * 1024;  ///< unsent; more: closed with 1013
  std::chrono::milliseconds pingAfter{
      0};  ///< silence; as much again without an answer: closed. 0 = never
};

/// One message with its head as it goes out, to one client or to many.
///
/// [Threading] immutable. [Ownership] shared by all queues it waits in.
using OutFrame = std::shared_ptr<const std::string>;
OutFrame makeFrame(Opcode opcode, std::string_view payload);

/// What the two sides of a connection count together. [Threading] any thread.
struct WebSocketCounts {
  explicit WebSocketCounts(std::size_t most) : maxQueue(most) {}
  const std::size_t maxQueue;
  std::atomic<std::size_t> queued{0};  ///< bytes to be sent
  std::atomic<std::size_t> unread{0};  ///< bytes that the peer has not consumed
  std::atomic<bool> half{false};       ///< onWritable() is owed
  std::atomic<bool> paused{false};     ///< not read, for `unread`
  std::atomic<bool> closed{false};
};

/// An open connection as anybody may use it.
///
/// [Threading] any thread. [Errors] one that is closed takes nothing and says so. [Ownership] may
/// outlive connection and server.
class WebSocket {
 public:
  enum class Sent : std::uint8_t {
    taken,
    half,    ///< taken; onWritable() tells when there is room for what can wait
    full,    ///< not taken; the connection is closed with 1013
    closed,  ///< not taken
  };

  WebSocket() = default;
  WebSocket(std::shared_ptr<Mailbox> loop, std::uint64_t exchange,
            std::shared_ptr<WebSocketCounts> counts);

  Sent send(OutFrame frame) const;
  /// One frame, and one wake-up per event loop, for all of them.
  static void sendMany(std::span<const WebSocket* const> to, const OutFrame& frame);
  /// What is queued still goes out before.
  void close(std::uint16_t code, std::string reason) const;
  void consumed(std::size_t bytes) const;

 private:
  Sent admit(std::size_t bytes) const;
  void dropUnread() const;

  std::shared_ptr<Mailbox> loop_;
  std::uint64_t exchange_ = 0;
  std::shared_ptr<WebSocketCounts> counts_;
};

/// A handshake that is accepted.
struct WebSocketAccept {
  std::string key;  ///< Sec-WebSocket-Accept
  WebSocketLimits limits = {};
  std::shared_ptr<WebSocketPeer> peer;
};

}  // namespace colibri::http
