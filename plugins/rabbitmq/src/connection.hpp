#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <variant>

#include "broker_uri.hpp"
#include "message.hpp"

struct amqp_connection_state_t_;
struct amqp_frame_t_;
struct amqp_rpc_reply_t_;

namespace colibri::rabbitmq {

/// The connection is of no use any more; what() says why, in the broker's words where it said any.
class ConnectionLost : public std::runtime_error {
  using runtime_error::runtime_error;
};
/// The broker refused something and closed the channel over it.
class ChannelRefused : public std::runtime_error {
 public:
  ChannelRefused(std::uint16_t code, const std::string& why) : runtime_error(why), code_(code) {}
  std::uint16_t code() const noexcept { return code_; }  ///< 404, 406, …: AMQP 0-9-1, 1.2

 private:
  std::uint16_t code_;
};

// What the broker says by itself.
struct Confirmed {
  std::uint16_t channel = 0;
  std::uint64_t tag = 0;
  bool multiple = false, acked = false;
};
struct Returned {
  std::uint16_t channel = 0;
  std::string why, exchange, key, id;
};
struct ChannelClosed {
  std::uint16_t channel = 0;
  std::string why;
};
struct Blocked {
  std::string why;
};
struct Unblocked {};
using Incoming = std::variant<Confirmed, Returned, ChannelClosed, Blocked, Unblocked>;

struct ConnectionOptions {
  int frameMax = 8192;           ///< bytes; larger bodies go in several frames
  std::string caFile = {};       ///< PEM; empty = the system's authorities
  std::string name = "colibri";  ///< as the broker's lists of connections show us
};

/// One AMQP 0-9-1 connection, by rabbitmq-c.
///
/// [Threading] confined to the I/O thread, but for fd() of a live one. [Blocking] the constructor,
/// what is answered by the broker (each up to some seconds), and publish() while the socket is
/// full. [Errors] everything throws ConnectionLost; what the broker answers, ChannelRefused.
class Connection {
 public:
  static constexpr std::chrono::seconds kHeartbeat{30};

  /// Connects. login() comes next, so that somebody else may shut fd() down meanwhile.
  Connection(const Broker& broker, const ConnectionOptions& options);
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();
  void login(const Broker& broker, const ConnectionOptions& options);

  int fd() const noexcept;
  void openChannel(std::uint16_t channel);
  void selectConfirms(std::uint16_t channel);
  void declareExchange(std::uint16_t channel, const std::string& name, bool passive);
  void declareQueue(std::uint16_t channel, const std::string& name, bool passive);
  void bindQueue(std::uint16_t channel, const Route& route);
  /// Persistent and mandatory.
  void publish(std::uint16_t channel, const Message& message);
  /// What has come; nothing if there is nothing more. Never waits.
  std::optional<Incoming> next();
  /// Says good-bye.
  void close() noexcept;

 private:
  struct Partial {  // a returned message whose content is coming
    Returned says;
    std::uint64_t bytesLeft = 0;
    bool headed = false;
  };
  void check(const amqp_rpc_reply_t_& reply, std::uint16_t channel);
  std::optional<Incoming> take(const amqp_frame_t_& frame);
  std::optional<Incoming> takeMethod(const amqp_frame_t_& frame);
  std::optional<Incoming> content(std::uint16_t channel, std::uint64_t size);

  amqp_connection_state_t_* state_;
  std::unordered_map<std::uint16_t, Partial> partial_;
};

}  // namespace colibri::rabbitmq
