#include "engine_session.hpp"

#include "engine_packet.hpp"
#include "frames.hpp"
#include "random_id.hpp"

namespace colibri::websocket {
namespace {

/// Whom a session without a namespace counts against: the instance whose key it brought, the
/// operator, or, without a key, its sender.
std::string groupOf(const Request& handshake) {
  switch (handshake.caller.kind) {
    case Caller::Kind::global:
      return "operator";
    case Caller::Kind::instance:
      return std::to_string(handshake.caller.instanceKey);
    case Caller::Kind::none:
      break;
  }
  return std::string(handshake.sender);
}

}  // namespace

EngineSession::EngineSession(Wire& wire, Sessions& overfull, Lobby& lobby, const Request& handshake,
                             Clock::time_point now)
    : due(now),
      wire_(wire),
      overfull_(overfull),
      lobby_(lobby),
      sid_(randomId()),
      caller_(handshake.caller),
      group_(groupOf(handshake)),
      lonelySince_(now),
      takesOffsets_(handshake.takesOffsets) {
  lobby_.enter(*this, group_);
}

EngineSession::~EngineSession() {
  lobby_.leave(*this);
}

void EngineSession::joined() {
  proven_ = true;
  if (sockets_++ == 0) lobby_.leave(*this);
}

void EngineSession::left(Clock::time_point now) {
  if (--sockets_ != 0 || ended_) return;
  lonelySince_ = now;
  lobby_.enter(*this, group_);
}

Sent EngineSession::send(const Bytes& packet) {
  if (ended_) return Sent::gone;
  if (webSocket_ != 0) return wire_.send(webSocket_, packet);
  const auto size = packet.view().size() + 1;
  if (queued_ + size > (proven_ ? kQueueBytes : kLonelyQueueBytes)) {
    overfull_.push_back(this);
    return Sent::gone;
  }
  queue_.push_back(packet);
  queued_ += size;
  full_ = full_ || queued_ > kQueueBytes / 2;
  const bool full = full_;
  flush();
  return full ? Sent::full : Sent::taken;
}

bool EngineSession::poll(std::uint64_t request) {
  if (parked_ != 0) return false;
  parked_ = request;
  flush();
  // The client waits for its last poll to end before it upgrades.
  if (parked_ != 0 && probing_ != 0) wire_.respond(std::exchange(parked_, 0), 200, kText, "6");
  return true;
}

void EngineSession::flush() {
  if (parked_ == 0 || queue_.empty()) return;
  std::string payload;
  payload.reserve(queued_);
  for (const auto& packet : queue_) {
    if (!payload.empty()) payload += kSeparator;
    payload.append(packet.view());
  }
  queue_.clear();
  queued_ = 0;
  drained_ = drained_ || std::exchange(full_, false);
  wire_.respond(std::exchange(parked_, 0), 200, kText, payload);
}

void EngineSession::probe(std::uint64_t connection, Clock::time_point until) {
  probing_ = connection;
  probeUntil = until;
}

void EngineSession::answerProbe() {
  wire_.send(probing_, Bytes("3probe"));
  if (parked_ != 0) wire_.respond(std::exchange(parked_, 0), 200, kText, "6");
}

void EngineSession::upgrade() {
  webSocket_ = std::exchange(probing_, 0);
  if (parked_ != 0) wire_.respond(std::exchange(parked_, 0), 200, kText, "6");
  for (const auto& packet : queue_) wire_.send(webSocket_, packet);
  queue_ = {};
  queued_ = 0;
  drained_ = drained_ || std::exchange(full_, false);
}

void EngineSession::end(std::uint32_t code, std::string_view reason, bool byClient) {
  ended_ = true;
  lobby_.leave(*this);
  if (webSocket_ != 0) wire_.close(webSocket_, code, reason);
  if (probing_ != 0) wire_.close(probing_, code, reason);
  if (parked_ != 0) wire_.respond(std::exchange(parked_, 0), 200, kText, byClient ? "6" : "1");
  queue_ = {};
}

}  // namespace colibri::websocket
