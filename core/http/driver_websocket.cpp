#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "http/driver.hpp"

namespace colibri::http {
namespace {

constexpr std::size_t kPartsAtOnce = 64;  // of one sendmsg()
/// What may wait for the peer, at least, before a connection is not read further.
constexpr std::size_t kUnreadBytes = 64 * 1024;

/// What `send` said it sent, 0 if nothing can go now. Nothing: the connection broke.
template <class Send>
std::optional<std::size_t> tryTo(Send&& send) {
  for (;;) {
    const auto gone = send();
    if (gone >= 0) return static_cast<std::size_t>(gone);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return {};
  }
}

/// Both ways of the connection are empty afterwards: what is kept between uses costs nothing.
template <class T>
void giveBack(T& buffer) {
  T().swap(buffer);
}

}  // namespace

Connection* Driver::openWebSocket(std::uint64_t exchange) noexcept {
  auto* c = table_.byExchange(exchange);
  return c && c->webSocket && !c->webSocket->closing ? c : nullptr;
}

void Driver::upgrade(std::uint64_t exchange, WebSocketAccept&& accept,
                     std::shared_ptr<WebSocketCounts> counts) {
  auto* c = table_.byExchange(exchange);
  std::unique_ptr<OpenWebSocket> ws;
  try {
    ws = std::make_unique<OpenWebSocket>();
  } catch (const std::bad_alloc&) {
    counts->closed = true;
    accept.peer->onClosed(1006);
    return outOfMemory(c);
  }
  Counters::add(counters_.webSockets);
  ws->peer = std::move(accept.peer);
  ws->counts = std::move(counts);
  ws->limits = accept.limits;
  if (!c) {
    orphans_.erase(exchange);
    return tellClosed(*ws, 1006);
  }
  watchers_.erase(exchange);
  c->body.release();
  c->webSocket = std::move(ws);
  c->phase = Phase::webSocket;
  guarded(c->epollKey(), [&] {
    c->out +=
        "HTTP/1.1 101 Switching Protocols\r\nServer: Colibri\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
        accept.key + "\r\n\r\n";
    if (c->drained) return close(*c);
    if (draining_) return finishWebSocket(*c, 1001, "the gateway stops");
    const auto early = std::exchange(c->in, {});
    if (takeFrames(*c, early) && flushFrames(*c)) settleWebSocket(*c);
  });
}

// --- reading ---

void Driver::webSocketReady(Connection& c, std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) return close(c);
  if (events & EPOLLRDHUP) c.ended = true;
  const bool reads = !c.webSocket->closing && !c.webSocket->counts->paused;
  if ((events & EPOLLIN) && reads && !receiveFrames(c)) return;
  if (flushFrames(c)) settleWebSocket(c);
}

/// False: the connection is closed and gone.
bool Driver::receiveFrames(Connection& c) {
  const auto got = ::recv(c.socket.get(), scratch_.data(), scratch_.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return true;
  if (got <= 0) {
    close(c);
    return false;
  }
  c.webSocket->pinged = false;
  if (c.deadline.wait == Wait::silence) deadlines_.disarm(c.deadline);
  return takeFrames(c, {scratch_.data(), static_cast<std::size_t>(got)});
}

/// Takes as much as the peer may have unread; the rest stays in the connection.
bool Driver::takeFrames(Connection& c, std::string_view bytes) {
  auto& ws = *c.webSocket;
  // A reader may hold whole messages more.
  while ((!bytes.empty() || ws.reader) && !ws.closing && !tooMuchUnread(ws)) {
    if (!ws.reader) {
      if (spareReaders_.empty()) {
        ws.reader = std::make_unique<MessageReader>();
      } else {
        ws.reader = std::move(spareReaders_.back());
        spareReaders_.pop_back();
      }
    }
    MessageReader::Message message;
    const auto step = ws.reader->next(bytes, ws.limits.messageBytes, message);
    if (step == MessageReader::Step::needMore) break;
    if (step == MessageReader::Step::failed) {
      Counters::add(counters_.protocolErrors);
      beginClose(c, ws.reader->failure(), {});
      ws.reader.reset();
    } else if (!takeMessage(c, std::move(message))) {
      return false;
    }
  }
  releaseReader(ws);
  if (!bytes.empty() && !ws.closing) c.in.assign(bytes);
  return true;
}

void Driver::releaseReader(OpenWebSocket& ws) {
  if (!ws.reader || !ws.reader->idle()) return;
  if (spareReaders_.size() < kSpareReaders) spareReaders_.push_back(std::move(ws.reader));
  ws.reader.reset();
}

/// Sets `paused` before it looks a second time, so that one of both sides sees the other.
bool Driver::tooMuchUnread(const OpenWebSocket& ws) const noexcept {
  const auto most = std::max(kUnreadBytes, ws.limits.messageBytes);
  auto& counts = *ws.counts;
  if (counts.unread < most) return false;
  counts.paused = true;
  if (counts.unread >= most) return true;
  counts.paused = false;
  return false;
}

/// False: the connection is closed and gone.
bool Driver::takeMessage(Connection& c, MessageReader::Message&& message) {
  auto& ws = *c.webSocket;
  switch (message.opcode) {
    case Opcode::ping:
      ws.pong = std::move(message.data);  // of several only the latest is answered
      ws.pongDue = true;
      return flushFrames(c);
    case Opcode::close:
      beginClose(c, message.code, {});
      return true;
    case Opcode::text:
    case Opcode::binary:
      Counters::add(counters_.messagesIn);
      ws.counts->unread += message.data.size();
      ws.peer->onMessage(message.opcode, std::move(message.data));
      return true;
    case Opcode::pong:
    case Opcode::continuation:
      break;
  }
  return true;
}

void Driver::readOn(std::uint64_t exchange) {
  auto* c = openWebSocket(exchange);
  if (!c || !c->webSocket->counts->paused || tooMuchUnread(*c->webSocket)) return;
  c->webSocket->counts->paused = false;
  guarded(c->epollKey(), [&] {
    const auto kept = std::exchange(c->in, {});
    if (takeFrames(*c, kept) && flushFrames(*c)) settleWebSocket(*c);
  });
}

// --- writing ---

void Driver::push(OpenWebSocket& ws, Opcode opcode, std::string_view payload) {
  auto frame = makeFrame(opcode, payload);
  ws.counts->queued += frame->size();
  ws.out.push_back(std::move(frame));
}

void Driver::sendFrame(std::uint64_t exchange, const OutFrame& frame) {
  // A frame that is lost ends its connection: who comes back is sent what it missed.
  if (auto* c = openWebSocket(exchange)) guarded(c->epollKey(), [&] { sendFrame(*c, frame); });
}

void Driver::sendFrame(Connection& c, const OutFrame& frame) {
  auto& ws = *c.webSocket;
  if (c.outWaiting() > 0 || ws.waiting()) return ws.out.push_back(frame);
  // Of thousands who get the same, most take it at once: nothing is queued for them.
  const auto gone =
      tryTo([&] { return ::send(c.socket.get(), frame->data(), frame->size(), MSG_NOSIGNAL); });
  if (!gone) return close(c);
  c.windowBytes += *gone;
  if (*gone == frame->size()) {
    frameSent(ws, *gone);
    return tellRoom(ws);
  }
  ws.out.push_back(frame);
  ws.outSent = *gone;
  settleWebSocket(c);
}

/// Sends what it can, then a pong that is due. False: the connection is closed and gone.
bool Driver::flushFrames(Connection& c) {
  if (!flush(c)) return false;  // the 101
  if (c.outWaiting() > 0) return true;
  auto& ws = *c.webSocket;
  for (;;) {
    if (!sendQueued(c)) return false;
    if (ws.waiting() || ws.closing || !ws.pongDue) break;
    ws.pongDue = false;
    push(ws, Opcode::pong, std::exchange(ws.pong, {}));
  }
  if (!ws.waiting()) {
    giveBack(ws.out);
    ws.outFirst = 0;
  }
  tellRoom(ws);
  return true;
}

void Driver::tellRoom(OpenWebSocket& ws) {
  auto& counts = *ws.counts;
  if (counts.half && ws.peer && counts.queued * 2 <= counts.maxQueue) {
    counts.half = false;
    ws.peer->onWritable();
  }
}

bool Driver::sendQueued(Connection& c) {
  auto& ws = *c.webSocket;
  while (ws.waiting()) {
    std::array<iovec, kPartsAtOnce> parts;
    msghdr message{};
    message.msg_iov = parts.data();
    auto skip = ws.outSent;  // of the first frame
    for (auto i = ws.outFirst; i < ws.out.size() && message.msg_iovlen < parts.size(); ++i) {
      const auto bytes = std::string_view(*ws.out[i]).substr(std::exchange(skip, 0));
      parts[message.msg_iovlen++] = {const_cast<char*>(bytes.data()), bytes.size()};
    }
    const auto gone = tryTo([&] { return ::sendmsg(c.socket.get(), &message, MSG_NOSIGNAL); });
    if (!gone) {
      close(c);
      return false;
    }
    if (*gone == 0) return true;
    c.windowBytes += *gone;
    sent(ws, *gone);
  }
  return true;
}

/// Lets go of the frames that are out.
void Driver::sent(OpenWebSocket& ws, std::size_t bytes) {
  ws.outSent += bytes;
  while (ws.waiting() && ws.outSent >= ws.out[ws.outFirst]->size()) {
    auto& frame = ws.out[ws.outFirst++];
    ws.outSent -= frame->size();
    frameSent(ws, frame->size());
    frame.reset();
  }
}

void Driver::frameSent(OpenWebSocket& ws, std::size_t bytes) {
  ws.counts->queued -= bytes;
  ++messagesOut_;
}

void Driver::publishCounts() {
  if (messagesOut_ > 0) Counters::add(counters_.messagesOut, std::exchange(messagesOut_, 0));
}

// --- the end ---

/// Says so to both sides; what is queued goes out before.
void Driver::beginClose(Connection& c, std::uint16_t code, std::string_view reason) {
  auto& ws = *c.webSocket;
  if (ws.closing) return;
  ws.closing = true;
  giveBack(c.in);
  std::string payload;
  if (code != 1005) {  // none came, none goes back (RFC 6455 7.4.1)
    payload += static_cast<char>(static_cast<std::uint8_t>(code >> 8));
    payload += static_cast<char>(static_cast<std::uint8_t>(code & 0xff));
    payload += reason;
  }
  push(ws, Opcode::close, payload);
  tellClosed(ws, code);
}

void Driver::finishWebSocket(Connection& c, std::uint16_t code, std::string_view reason) {
  beginClose(c, code, reason);
  if (flushFrames(c)) settleWebSocket(c);
}

void Driver::closeWebSocket(std::uint64_t exchange, std::uint16_t code, std::string_view reason) {
  if (auto* c = openWebSocket(exchange))
    guarded(c->epollKey(), [&] { finishWebSocket(*c, code, reason); });
}

/// What the client has not begun to receive is thrown away, so that it holds no memory any longer.
void Driver::dropUnread(std::uint64_t exchange) {
  auto* c = openWebSocket(exchange);
  if (!c) return;
  Counters::add(counters_.unreadDropped);
  auto& ws = *c->webSocket;
  const auto kept = ws.outFirst + (ws.outSent > 0 ? 1 : 0);
  for (auto i = kept; i < ws.out.size(); ++i) ws.counts->queued -= ws.out[i]->size();
  ws.out.resize(std::min(kept, ws.out.size()));
  ws.dropped = true;
  guarded(c->epollKey(), [&] { finishWebSocket(*c, 1013, "not reading"); });
}

void Driver::tellClosed(OpenWebSocket& ws, std::uint16_t code) {
  const auto peer = std::exchange(ws.peer, nullptr);
  if (!peer) return;
  ws.counts->closed = true;
  Counters::subtract(counters_.webSockets, 1);
  peer->onClosed(code);
}

/// Nothing was heard for the time of a ping: asks once, then it is over.
void Driver::silent(Connection& c) {
  auto& ws = *c.webSocket;
  if (ws.pinged) return close(c);
  ws.pinged = true;
  push(ws, Opcode::ping, {});
  if (flushFrames(c)) settleWebSocket(c);
}

void Driver::settleWebSocket(Connection& c) {
  auto& ws = *c.webSocket;
  const bool waiting = c.outWaiting() > 0 || ws.waiting();
  if (ws.closing && !waiting) return linger(c);
  const auto wait = !waiting ? Wait::silence : ws.dropped ? Wait::linger : Wait::write;
  if (wait == Wait::silence && ws.limits.pingAfter.count() == 0) {
    deadlines_.disarm(c.deadline);
  } else if (!c.deadline.armed() || c.deadline.wait != wait) {
    if (wait == Wait::silence)
      deadlines_.armSilence(c.deadline, ws.limits.pingAfter, now_);
    else
      beginWindow(c, wait);
  }
  std::uint32_t wanted = 0;
  if (!ws.closing && !ws.counts->paused) wanted |= EPOLLIN;
  if (!c.ended) wanted |= EPOLLRDHUP;
  if (waiting) wanted |= EPOLLOUT;
  if (wanted == c.interest) return;
  epoll_event event{};
  event.events = c.interest = wanted;
  event.data.u64 = c.epollKey();
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.socket.get(), &event) != 0) close(c);
}

}  // namespace colibri::http
