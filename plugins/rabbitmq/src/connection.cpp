#include "connection.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

#include "amqp_values.hpp"

namespace colibri::rabbitmq {
namespace {

constexpr timeval kConnectWithin{5, 0}, kAnswerWithin{15, 0}, kAtOnce{0, 0};

[[noreturn]] void lost(int status) {
  throw ConnectionLost(amqp_error_string2(status));
}

void check(int status) {
  if (status != AMQP_STATUS_OK) lost(status);
}

amqp_socket_t* tlsSocket(amqp_connection_state_t state, const ConnectionOptions& options) {
  auto* socket = amqp_ssl_socket_new(state);
  if (socket == nullptr) throw ConnectionLost("no TLS socket: out of memory");
  amqp_ssl_socket_set_verify_peer(socket, 1);
  amqp_ssl_socket_set_verify_hostname(socket, 1);
  check(amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST));
  if (options.caFile.empty()) {
    auto* context = static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket));
    if (SSL_CTX_set_default_verify_paths(context) != 1)
      throw ConnectionLost("the system's certificate authorities cannot be read");
  } else if (amqp_ssl_socket_set_cacert(socket, options.caFile.c_str()) != AMQP_STATUS_OK) {
    throw ConnectionLost("ca_file cannot be read as PEM certificates");
  }
  return socket;
}

std::string closedBecause(std::uint16_t code, amqp_bytes_t text) {
  return std::to_string(code) + " " + std::string(viewOf(text));
}

/// Confirms that the broker closes the connection, and does so, too.
[[noreturn]] void lostBy(amqp_connection_state_t state, const void* decoded) {
  const auto& closed = *static_cast<const amqp_connection_close_t*>(decoded);
  const ConnectionLost why(closedBecause(closed.reply_code, closed.reply_text));
  amqp_connection_close_ok_t ok{};
  static_cast<void>(amqp_send_method(state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &ok));
  throw why;
}

}  // namespace

Connection::Connection(const Broker& broker, const ConnectionOptions& options)
    : state_(amqp_new_connection()) {
  if (state_ == nullptr) throw ConnectionLost("out of memory");
  try {
    auto* socket = broker.tls ? tlsSocket(state_, options) : amqp_tcp_socket_new(state_);
    if (socket == nullptr) throw ConnectionLost("out of memory");
    rabbitmq::check(
        amqp_socket_open_noblock(socket, broker.host.c_str(), broker.port, &kConnectWithin));
    rabbitmq::check(amqp_set_handshake_timeout(state_, &kAnswerWithin));
    rabbitmq::check(amqp_set_rpc_timeout(state_, &kAnswerWithin));
  } catch (...) {
    amqp_destroy_connection(state_);
    throw;
  }
}

Connection::~Connection() {
  amqp_destroy_connection(state_);
}

void Connection::login(const Broker& broker, const ConnectionOptions& options) {
  // RabbitMQ tells of its alarms whoever says that he understands:
  // https://www.rabbitmq.com/docs/connection-blocked
  std::array capabilities{entry("connection.blocked", true), entry("publisher_confirms", true),
                          entry("basic.nack", true)};
  amqp_table_t table{static_cast<int>(capabilities.size()), capabilities.data()};
  std::array entries{entry("product", "Colibri"), entry("connection_name", options.name),
                     entry("capabilities", table)};
  const amqp_table_t properties{static_cast<int>(entries.size()), entries.data()};
  const auto reply = amqp_login_with_properties(
      state_, broker.vhost.c_str(), 0, options.frameMax, static_cast<int>(kHeartbeat.count()),
      &properties, AMQP_SASL_METHOD_PLAIN, broker.user.c_str(), broker.password.c_str());
  check(reply, 0);  // only the whole connection can be refused here
}

int Connection::fd() const noexcept {
  return amqp_get_sockfd(state_);
}

void Connection::check(const amqp_rpc_reply_t& reply, std::uint16_t channel) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) lost(reply.library_error);
  if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION)
    throw ConnectionLost("the broker closed the connection");
  if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) lostBy(state_, reply.reply.decoded);
  const auto& closed = *static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
  const ChannelRefused refused(closed.reply_code,
                               closedBecause(closed.reply_code, closed.reply_text));
  amqp_channel_close_ok_t ok{};
  rabbitmq::check(amqp_send_method(state_, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok));
  throw refused;
}

void Connection::openChannel(std::uint16_t channel) {
  amqp_channel_open(state_, channel);
  check(amqp_get_rpc_reply(state_), channel);
}

void Connection::selectConfirms(std::uint16_t channel) {
  amqp_confirm_select(state_, channel);
  check(amqp_get_rpc_reply(state_), channel);
}

void Connection::declareExchange(std::uint16_t channel, const std::string& name, bool passive) {
  amqp_exchange_declare(state_, channel, bytesOf(name), bytesOf("topic"), passive ? 1 : 0, 1, 0, 0,
                        amqp_empty_table);
  check(amqp_get_rpc_reply(state_), channel);
}

void Connection::declareQueue(std::uint16_t channel, const std::string& name, bool passive) {
  auto type = entry("x-queue-type", "quorum");
  const amqp_table_t arguments{1, &type};
  amqp_queue_declare(state_, channel, bytesOf(name), passive ? 1 : 0, 1, 0, 0,
                     passive ? amqp_empty_table : arguments);
  check(amqp_get_rpc_reply(state_), channel);
}

void Connection::bindQueue(std::uint16_t channel, const Route& route) {
  amqp_queue_bind(state_, channel, bytesOf(route.queue), bytesOf(route.exchange),
                  bytesOf(route.key), amqp_empty_table);
  check(amqp_get_rpc_reply(state_), channel);
}

void Connection::publish(std::uint16_t channel, const Message& message) {
  std::array headers{entry("x-colibri-instance-id", message.instanceId),
                     entry("x-colibri-sequence", message.sequence)};
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
                      AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG |
                      AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG | AMQP_BASIC_HEADERS_FLAG;
  properties.content_type = bytesOf("application/json");
  properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
  properties.message_id = bytesOf(message.id);
  properties.timestamp = message.seconds;
  properties.type = bytesOf(message.route.key);
  properties.app_id = bytesOf("colibri");
  // An ephemeral event has no sequence, which is the last one.
  properties.headers = {message.sequence == 0 ? 1 : 2, headers.data()};
  rabbitmq::check(amqp_basic_publish(state_, channel, bytesOf(message.route.exchange),
                                     bytesOf(message.route.key), 1, 0, &properties,
                                     bytesOf(message.body)));
}

std::optional<Incoming> Connection::next() {
  for (;;) {
    amqp_frame_t frame{};
    const int status = amqp_simple_wait_frame_noblock(state_, &frame, &kAtOnce);
    if (status == AMQP_STATUS_TIMEOUT) {
      amqp_maybe_release_buffers(state_);
      return std::nullopt;
    }
    rabbitmq::check(status);
    if (auto incoming = take(frame)) return incoming;
  }
}

std::optional<Incoming> Connection::take(const amqp_frame_t& frame) {
  switch (frame.frame_type) {
    case AMQP_FRAME_METHOD:
      return takeMethod(frame);
    case AMQP_FRAME_HEADER: {
      const auto at = partial_.find(frame.channel);
      if (at == partial_.end()) throw ConnectionLost("the broker sent a content that is nobody's");
      const auto& properties =
          *static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
      if ((properties._flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0)
        at->second.says.id = viewOf(properties.message_id);
      at->second.bytesLeft = frame.payload.properties.body_size;
      at->second.headed = true;
      return content(frame.channel, 0);
    }
    case AMQP_FRAME_BODY:
      return content(frame.channel, frame.payload.body_fragment.len);
    default:
      return std::nullopt;
  }
}

std::optional<Incoming> Connection::content(std::uint16_t channel, std::uint64_t size) {
  const auto at = partial_.find(channel);
  if (at == partial_.end() || !at->second.headed || size > at->second.bytesLeft)
    throw ConnectionLost("the broker sent a content that is nobody's");
  if ((at->second.bytesLeft -= size) != 0) return std::nullopt;
  return std::move(partial_.extract(at).mapped().says);
}

std::optional<Incoming> Connection::takeMethod(const amqp_frame_t& frame) {
  const auto channel = frame.channel;
  const void* decoded = frame.payload.method.decoded;
  switch (frame.payload.method.id) {
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(decoded);
      return Confirmed{channel, ack.delivery_tag, ack.multiple != 0, true};
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = *static_cast<const amqp_basic_nack_t*>(decoded);
      return Confirmed{channel, nack.delivery_tag, nack.multiple != 0, false};
    }
    case AMQP_BASIC_RETURN_METHOD: {
      const auto& back = *static_cast<const amqp_basic_return_t*>(decoded);
      partial_[channel] = {.says = {.channel = channel,
                                    .why = closedBecause(back.reply_code, back.reply_text),
                                    .exchange = std::string(viewOf(back.exchange)),
                                    .key = std::string(viewOf(back.routing_key)),
                                    .id = {}}};
      return std::nullopt;  // the content follows
    }
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const auto& closed = *static_cast<const amqp_channel_close_t*>(decoded);
      ChannelClosed incoming{channel, closedBecause(closed.reply_code, closed.reply_text)};
      partial_.erase(channel);
      amqp_channel_close_ok_t ok{};
      rabbitmq::check(amqp_send_method(state_, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok));
      return incoming;
    }
    case AMQP_CONNECTION_CLOSE_METHOD:
      lostBy(state_, decoded);
    case AMQP_CONNECTION_BLOCKED_METHOD: {
      const auto& blocked = *static_cast<const amqp_connection_blocked_t*>(decoded);
      return Blocked{std::string(viewOf(blocked.reason))};
    }
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      return Unblocked{};
    default:
      return std::nullopt;
  }
}

void Connection::close() noexcept {
  // Whatever comes of it: the socket is closed next.
  static_cast<void>(amqp_connection_close(state_, AMQP_REPLY_SUCCESS));
}

}  // namespace colibri::rabbitmq
