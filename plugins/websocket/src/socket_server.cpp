#include "socket_server.hpp"

#include <algorithm>

#include "resume_wish.hpp"

namespace colibri::websocket {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostNamespaces = 1024;  // of one client
constexpr std::string_view kNoEvents = R"([{"error":"this server takes no events, use the API"}])";

/// A client whose base URL ends with an API's prefix names it before the namespace: it is "/".
std::string_view withoutPrefix(std::string_view nsp) {
  for (const std::string_view prefix : {"/v2", "/native"})
    if (nsp.starts_with(prefix) && (nsp.size() == prefix.size() || nsp[prefix.size()] == '/'))
      nsp.remove_prefix(prefix.size());
  return nsp.empty() ? "/" : nsp;
}

std::string_view keyIn(const json::value& auth) {
  const auto* object = auth.if_object();
  if (object == nullptr) return {};
  for (const auto* name : {"apikey", "token"})
    if (const auto* value = object->if_contains(name); value != nullptr && value->is_string())
      return {value->as_string().data(), value->as_string().size()};
  return {};
}

}  // namespace

std::optional<Refusal> SocketServer::onMessage(EngineSession& session, std::uint64_t token,
                                               std::string_view text) {
  const auto read = parseSocketPacket(text);
  if (const auto* no = refusalOf(read)) return *no;
  const auto& packet = std::get<SocketPacket>(read);
  switch (packet.type) {
    case SocketType::connect:
      connect(session, token, packet);
      break;
    case SocketType::disconnect:
      leave(session, packet.nsp);
      break;
    case SocketType::event:
      answer(session, packet);
      break;
    case SocketType::ack:  // we ask for none
      break;
  }
  return std::nullopt;
}

/// Empty: `out` says who. Else why not.
std::string_view SocketServer::identify(EngineSession& session, std::uint64_t token,
                                        const json::value& auth, Caller& out) const {
  out = session.caller();
  const auto key = keyIn(auth);
  if (key.empty())
    return out.kind == Caller::Kind::none ? "unauthorized: send the key as auth.apikey" : "";
  switch (wire_.checkKey(token, key, out)) {
    case KeyCheck::known:
      return "";
    case KeyCheck::tooManyWrong:
      return "too many wrong keys, come back later";
    case KeyCheck::unknown:
      break;
  }
  return "unauthorized: nobody has this key";
}

SocketServer::Target SocketServer::targetOf(const std::string& nsp, const Caller& caller) const {
  const bool global = caller.kind == Caller::Kind::global;
  const auto name = withoutPrefix(nsp).substr(1);
  if (name.empty()) {
    if (feeds_.global() == nullptr)
      return {.problem = "global events are off (websocket.global_events); connect to /{instance}"};
    if (!global) return {.problem = "forbidden: this namespace needs the global key"};
    return {.feed = feeds_.global()};
  }
  auto* const feed = feeds_.findByName(name);
  if (global && feed == nullptr) return {.problem = "Invalid namespace"};
  if (feed == nullptr || (!global && feeds_.find(caller.instanceKey) != feed))
    return {.problem = "forbidden: the key is not of this namespace"};
  return {.feed = feed, .key = feed->key()};
}

void SocketServer::connect(EngineSession& session, std::uint64_t token,
                           const SocketPacket& packet) {
  const auto refuse = [&](std::string_view why) {
    session.send(Bytes(connectErrorFrame(packet.nsp, why)));
  };
  Caller caller;
  if (const auto problem = identify(session, token, packet.data, caller); !problem.empty())
    return refuse(problem);
  const auto target = targetOf(packet.nsp, caller);
  if (!target.problem.empty()) return refuse(target.problem);
  auto& sockets = sockets_[&session];
  if (socketOf(sockets, packet.nsp) != sockets.end()) return refuse("already connected");
  if (sockets.size() == kMostNamespaces) return refuse("too many namespaces");
  if (target.feed->size() >= clientsPerFeed_) return refuse(kTooManyClients);
  const auto wish = resumeWish(packet.data, *target.feed, target.key, seats_, now_());
  if (!wish.problem.empty()) return refuse(wish.problem);
  const auto after = wish.after.value_or(target.feed->head());
  sockets.push_back(
      std::make_unique<Socket>(session, *target.feed, target.key,
                               Form{packet.nsp, session.takesOffsets() || wish.knowsOffsets},
                               wish.past, [this, after](const Socket& socket) {
                                 seats_.take(socket.pid(), {socket.feedKey(), after, socket.sid()});
                               }));
  session.joined();
  auto& socket = *sockets.back();
  if (wish.after) return target.feed->resume(socket, *wish.after);
  socket.resumed(nullptr);
  target.feed->join(socket);
}

void SocketServer::answer(EngineSession& session, const SocketPacket& packet) {
  if (packet.id) session.send(Bytes(ackFrame(packet.nsp, *packet.id, kNoEvents)));
}

void SocketServer::leave(EngineSession& session, const std::string& nsp) {
  const auto found = sockets_.find(&session);
  if (found == sockets_.end()) return;
  const auto socket = socketOf(found->second, nsp);
  if (socket == found->second.end()) return;
  (*socket)->feed().leave(**socket);
  seats_.forget((*socket)->pid());
  found->second.erase(socket);
  session.left(now_());
}

SocketServer::Sockets::iterator SocketServer::socketOf(Sockets& sockets,
                                                       const std::string& nsp) const {
  return std::find_if(sockets.begin(), sockets.end(),
                      [&](const auto& socket) { return socket->nsp() == nsp; });
}

void SocketServer::onWritable(EngineSession& session) {
  const auto found = sockets_.find(&session);
  if (found == sockets_.end()) return;
  for (const auto& socket : found->second) socket->feed().writable(*socket);
}

void SocketServer::onEnded(EngineSession& session) {
  const auto node = sockets_.extract(&session);
  if (!node) return;
  for (const auto& socket : node.mapped()) {
    socket->feed().leave(*socket);
    seats_.leave(socket->pid(), now_());
  }
}

void SocketServer::disconnect(const Feed& feed) {
  std::vector<Socket*> gone;
  for (auto* const listener : feed.listeners())
    if (auto* const socket = dynamic_cast<Socket*>(listener)) gone.push_back(socket);
  for (auto* const socket : gone) {
    auto& session = socket->session();
    const auto nsp = socket->nsp();
    leave(session, nsp);
    session.send(Bytes(disconnectFrame(nsp)));
  }
}

}  // namespace colibri::websocket
