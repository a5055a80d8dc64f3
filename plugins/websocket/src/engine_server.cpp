#include "engine_server.hpp"

#include <colibri/sdk/envelope.hpp>

#include "close_codes.hpp"

namespace colibri::websocket {
namespace {

constexpr int kUnknownTransport = 0, kUnknownSession = 1, kBadMethod = 2, kBadRequest = 3,
              kUnsupportedVersion = 5;
constexpr auto kJson = "application/json";

}  // namespace

void EngineServer::refuse(std::uint64_t request, int code, std::string_view message) {
  std::string body = R"({"code":)" + std::to_string(code) + R"(,"message":)";
  sdk::appendJsonString(body, message);
  wire_.respond(request, 400, kJson, body + "}");
}

EngineSession* EngineServer::find(std::string_view sid) const {
  const auto found = sessions_.find(std::string(sid));
  return found == sessions_.end() ? nullptr : found->second.get();
}

/// Null: there are too many. Strangers do not count: there is a place for them, and they make room.
EngineSession* EngineServer::make(const Request& request, Clock::time_point now) {
  if (sessions_.size() >= limits_.all + strangers_.size()) return nullptr;
  const bool stranger = request.caller.kind == Caller::Kind::none;
  auto session = std::make_unique<EngineSession>(wire_, overfull_, stranger ? strangers_ : known_,
                                                 request, now);
  session->due = now + times_.pingInterval;
  auto* const made = session.get();
  sessions_.emplace(made->sid(), std::move(session));
  return made;
}

std::string EngineServer::openPacketOf(const EngineSession& session, bool mayUpgrade) const {
  return openPacket({.sid = session.sid(),
                     .mayUpgrade = mayUpgrade,
                     .pingIntervalMs = static_cast<long>(times_.pingInterval.count()),
                     .pingTimeoutMs = static_cast<long>(times_.pingTimeout.count()),
                     .maxPayload = kMostPayload});
}

void EngineServer::http(const Request& request, Clock::time_point now) {
  if (!request.path.empty())
    return wire_.respond(request.token, 404, kText, "there is nothing here but Socket.IO");
  if (request.eio != "4")
    return refuse(request.token, kUnsupportedVersion, "Unsupported protocol version: use EIO=4");
  if (request.transport != "polling" && request.transport != "websocket")
    return refuse(request.token, kUnknownTransport, "Transport unknown");
  if (request.transport == "websocket")
    return refuse(request.token, kBadRequest, "Bad request: a WebSocket needs an upgrade");
  if (request.sid.empty()) return handshake(request, now);
  auto* const session = find(request.sid);
  if (session == nullptr) return refuse(request.token, kUnknownSession, "Session ID unknown");
  if (session->webSocket() != 0)
    return refuse(request.token, kBadRequest, "Bad request: the session has a WebSocket");
  if (request.method == "POST") return post(*session, request, now);
  polls_.erase(std::exchange(session->lastPoll, request.token));
  if (session->poll(request.token)) {
    if (session->parked() != 0) polls_.emplace(request.token, session);
    return drain(*session);
  }
  refuse(request.token, kBadRequest, "Bad request: another request of the session waits already");
  end(*session, kProtocolError, "two requests at a time");
}

void EngineServer::handshake(const Request& request, Clock::time_point now) {
  if (request.method != "GET") return refuse(request.token, kBadMethod, "Bad handshake method");
  const auto* session = make(request, now);
  if (session == nullptr)
    return wire_.respond(request.token, 503, kText, "too many sessions, come back later");
  wire_.respond(request.token, 200, kText, openPacketOf(*session, true));
}

void EngineServer::post(EngineSession& session, const Request& request, Clock::time_point now) {
  const auto payload = parsePayload(request.body);
  std::optional<Refusal> problem;
  if (const auto* no = refusalOf(payload)) {
    problem = *no;
  } else {
    for (const auto& packet : std::get<std::vector<EnginePacket>>(payload)) {
      problem = onPacket(session, packet, request.token, now);
      if (problem || session.ended()) break;
    }
  }
  if (!problem) return wire_.respond(request.token, 200, kText, "ok");
  refuse(request.token, kBadRequest, std::string("Bad request: ").append(problem->why));
  end(session, kProtocolError, problem->why);
}

void EngineServer::httpGone(std::uint64_t request) {
  const auto found = polls_.find(request);
  if (found == polls_.end()) return;
  if (found->second->parked() == request) found->second->pollGone();
  polls_.erase(found);
}

Opened EngineServer::open(const Request& request, Clock::time_point now) {
  if (!request.path.empty()) return {COLIBRI_E_NOT_FOUND, "there is nothing here but Socket.IO"};
  if (request.eio != "4")
    return {COLIBRI_E_INVALID_ARGUMENT, "Unsupported protocol version: use EIO=4"};
  if (request.transport != "websocket")
    return {COLIBRI_E_INVALID_ARGUMENT, "Bad request: transport must be websocket"};
  if (request.sid.empty()) {
    auto* const session = make(request, now);
    if (session == nullptr) return {COLIBRI_E_BUSY, "too many sessions, come back later"};
    session->openOn(request.token);
    connections_.emplace(request.token, session);
    wire_.send(request.token, Bytes(openPacketOf(*session, false)));
    return {};
  }
  auto* const session = find(request.sid);
  if (session == nullptr) return {COLIBRI_E_INVALID_ARGUMENT, "Session ID unknown"};
  if (session->webSocket() != 0 || session->probing() != 0)
    return {COLIBRI_E_INVALID_ARGUMENT, "Bad request: the session has a WebSocket"};
  session->probe(request.token, now + times_.probe);
  connections_.emplace(request.token, session);
  return {};
}

void EngineServer::message(std::uint64_t connection, bool text, std::string_view data,
                           Clock::time_point now) {
  const auto found = connections_.find(connection);
  if (found == connections_.end() || found->second->ended()) return;
  auto& session = *found->second;
  if (text && session.probing() == connection) return onProbe(session, data);
  const auto packet = text ? parseEnginePacket(data) : Refusal{"binary packets are not taken"};
  std::optional<Refusal> problem;
  if (const auto* no = refusalOf(packet))
    problem = *no;
  else
    problem = onPacket(session, std::get<EnginePacket>(packet), connection, now);
  if (problem) end(session, kProtocolError, problem->why);
}

void EngineServer::onProbe(EngineSession& session, std::string_view text) {
  if (text == "2probe") return session.answerProbe();
  if (text != "5")
    return wire_.close(session.probing(), kProtocolError, "not a step of an upgrade");
  session.upgrade();
  drain(session);
}

std::optional<Refusal> EngineServer::onPacket(EngineSession& session, const EnginePacket& packet,
                                              std::uint64_t token, Clock::time_point now) {
  switch (packet.type) {
    case EngineType::message:
      return handler_.onMessage(session, token, packet.data);
    case EngineType::pong:
      session.awaitingPong = false;
      session.due = now + times_.pingInterval;
      return std::nullopt;
    case EngineType::close:
      end(session, kNormal, {}, true);
      return std::nullopt;
    case EngineType::noop:
      return std::nullopt;
    default:
      return Refusal{"a packet that clients do not send"};
  }
}

void EngineServer::writable(std::uint64_t connection) {
  const auto found = connections_.find(connection);
  if (found != connections_.end() && found->second->webSocket() == connection)
    handler_.onWritable(*found->second);
}

void EngineServer::drain(EngineSession& session) {
  if (session.takeDrained()) handler_.onWritable(session);
}

bool EngineServer::closed(std::uint64_t connection, Clock::time_point) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return false;
  auto* const session = found->second;
  connections_.erase(found);
  if (session->probing() == connection)
    session->probeGone();
  else
    end(*session, kNormal, {});
  return true;
}

void EngineServer::tick(Clock::time_point now) {
  static const Bytes kPing("2");
  std::vector<std::pair<EngineSession*, std::string_view>> over;
  for (const auto& [sid, session] : sessions_) {
    if (session->probing() != 0 && session->probeUntil < now)
      wire_.close(session->probing(), kProtocolError, "the upgrade took too long");
    if (session->lonely() && session->lonelySince() + times_.join < now) {
      over.emplace_back(session.get(), "no namespace was joined");
    } else if (session->due <= now && session->awaitingPong) {
      over.emplace_back(session.get(), "ping timeout");
    } else if (session->due <= now) {
      session->awaitingPong = true;
      session->due = now + times_.pingTimeout;
      session->send(kPing);
    }
  }
  for (const auto& [session, why] : over) end(*session, kNormal, why);
}

void EngineServer::end(EngineSession& session, std::uint32_t code, std::string_view reason,
                       bool byClient) {
  if (session.ended()) return;
  handler_.onEnded(session);
  connections_.erase(session.webSocket());
  connections_.erase(session.probing());
  polls_.erase(session.lastPoll);
  session.end(code, reason, byClient);
  auto node = sessions_.extract(session.sid());
  ended_.push_back(std::move(node.mapped()));
}

void EngineServer::endAll(std::uint32_t code, std::string_view reason) {
  while (!sessions_.empty()) end(*sessions_.begin()->second, code, reason);
}

void EngineServer::settle() {
  for (auto* const session : std::exchange(overfull_, {})) {
    if (!session->ended()) ++overfullEnded_;
    end(*session, kUnread, "it did not read");
  }
  for (auto* const session : std::exchange(evicted_, {}))
    end(*session, kNormal, "too many clients wait to join a namespace");
  ended_.clear();
}

}  // namespace colibri::websocket
