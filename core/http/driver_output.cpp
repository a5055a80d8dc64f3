#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/assert.hpp"
#include "http/driver.hpp"
#include "http/error_body.hpp"
#include "log/log.hpp"

namespace colibri::http {
namespace {

/// A buffer beyond this is given back to the allocator instead of being kept for the next answer.
constexpr std::size_t kSpareOutBytes = 64 * 1024;

constexpr std::chrono::seconds kOutOfMemoryLineEvery{10};
constexpr std::string_view kOutOfMemory =
    "HTTP/1.1 503 Service Unavailable\r\nServer: Colibri\r\n"
    "Content-Type: application/json; charset=utf-8\r\nRetry-After: 5\r\nContent-Length: 96\r\n"
    "Connection: close\r\n\r\n"
    R"({"status":503,"error":"Service Unavailable","response":{"message":["Out of memory, try again"]}})";

/// What was given to the kernel and is not acknowledged by the other side yet, in bytes.
std::size_t unacknowledged(int socket) noexcept {
  int bytes = 0;
  return ::ioctl(socket, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

}  // namespace

void Driver::answer(Connection& c, const Response& response) {
  COLIBRI_ASSERT(c.phase == Phase::handling);
  watchers_.erase(c.exchange);
  c.exchange = 0;
  c.body.release();
  c.phase = Phase::idle;
  if (response.close || !c.keepAlive || draining_) c.closeAfter = true;
  if (c.out.empty()) c.out.swap(spareOut_);
  appendResponse(c.out, response,
                 {.headOnly = c.headOnly, .http10 = c.http10, .keepAlive = !c.closeAfter},
                 date_.at(std::time(nullptr)));
}

/// The server's own answer to what it cannot accept; the connection ends with it.
void Driver::fail(Connection& c, int status, std::string message) {
  Counters::add(status == 408 ? counters_.timeouts : counters_.protocolErrors);
  end(c, errorResponse(status, std::move(message)));
}

void Driver::end(Connection& c, const Response& response) {
  releaseParser(c);
  c.serve = {};
  c.phase = Phase::handling;
  c.keepAlive = false;
  answer(c, response);
}

/// Sends what it can. False: the connection is closed and gone.
bool Driver::flush(Connection& c) {
  while (c.outWaiting() > 0) {
    const auto sent =
        ::send(c.socket.get(), c.out.data() + c.outSent, c.outWaiting(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
      close(c);
      return false;
    }
    c.outSent += static_cast<std::size_t>(sent);
    c.windowBytes += static_cast<std::size_t>(sent);
  }
  if (c.outSent == 0) return true;
  c.out.clear();
  c.outSent = 0;
  if (spareOut_.capacity() < c.out.capacity() && c.out.capacity() <= kSpareOutBytes) {
    c.out.swap(spareOut_);
  }
  std::string().swap(c.out);
  return true;
}

/// Brings deadline and interest in line with what the connection has become, or ends it.
void Driver::settle(Connection& c) {
  if (c.phase == Phase::lingering) return;
  if (c.outWaiting() == 0 && c.phase != Phase::handling) {
    if (c.closeAfter) return linger(c);
    if (c.drained && !c.resuming) {  // what is still in `c.in` will never be a whole request
      if (c.phase == Phase::idle) return close(c);
      fail(c, 400, "The request ended early");
      if (flush(c)) settle(c);
      return;
    }
    if (draining_ && c.phase == Phase::idle && c.in.empty()) return close(c);
  }
  setDeadline(c);
  setInterest(c);
}

void Driver::setDeadline(Connection& c) {
  auto wait = Wait::idle;
  if (c.outWaiting() > 0) {
    wait = Wait::write;
  } else if (c.phase == Phase::handling) {
    return deadlines_.disarm(c.deadline);  // its handler has its own
  } else if (c.phase == Phase::head) {
    wait = Wait::head;
  } else if (c.phase == Phase::body) {
    wait = Wait::body;
  }
  if (c.deadline.armed() && c.deadline.wait == wait) return;
  beginWindow(c, wait);
}

/// Sets the deadline, and what progress until then counts from.
void Driver::beginWindow(Connection& c, Wait wait) {
  c.windowBytes = 0;
  c.unread = wait == Wait::write ? unacknowledged(c.socket.get()) : 0;
  deadlines_.arm(c.deadline, wait, now_);
}

/// Of an answer counts what the client's side has taken, not what ours has room for: the kernel
/// makes room in large steps, and who reads slowly takes longer for one of them than a window is.
bool Driver::progressed(const Connection& c, Wait wait) const {
  if (wait != Wait::write) return c.windowBytes >= options_.progressBytes;
  const auto left = unacknowledged(c.socket.get());
  return c.unread + c.windowBytes >= left + options_.progressBytes;
}

void Driver::setInterest(Connection& c) {
  const bool room = canProceed(c) ? !c.resuming : c.in.size() < kPipelinedBytes;
  std::uint32_t wanted = 0;
  if (!c.drained && !c.closeAfter && room) wanted |= EPOLLIN;
  if (!c.ended) wanted |= EPOLLRDHUP;
  if (c.outWaiting() > 0) wanted |= EPOLLOUT;
  if (wanted == c.interest) return;
  epoll_event event{};
  event.events = c.interest = wanted;
  event.data.u64 = c.epollKey();
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.socket.get(), &event) != 0) close(c);
}

/// Closing with unread bytes would reset the connection, and the client would lose the answer.
void Driver::linger(Connection& c) {
  if (c.drained || ::shutdown(c.socket.get(), SHUT_WR) != 0) return close(c);
  c.phase = Phase::lingering;
  c.webSocket.reset();
  ++lingering_;
  deadlines_.arm(c.deadline, Wait::linger, now_);
  c.ended = true;  // only the end of what it sends matters now
  epoll_event event{};
  event.events = c.interest = EPOLLIN;
  event.data.u64 = c.epollKey();
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.socket.get(), &event) != 0) close(c);
}

void Driver::clientGone(Connection& c) noexcept {
  if (c.ended) return;
  c.ended = true;
  const auto found = watchers_.find(c.exchange);
  if (found == watchers_.end()) return;
  auto gone = std::move(found->second);
  watchers_.erase(found);
  tell(gone);
}

void Driver::tell(Function<void()>& gone) noexcept {
  try {
    gone();
  } catch (const std::bad_alloc&) {
    outOfMemory(nullptr);
  }
}

void Driver::close(Connection& c) noexcept {
  clientGone(c);
  if (c.webSocket) tellClosed(*c.webSocket, 1006);
  deadlines_.disarm(c.deadline);
  releaseParser(c);
  if (c.phase == Phase::lingering) --lingering_;
  if (c.exchange != 0 && c.body.bytes() > 0) {
    try {
      orphans_.try_emplace(c.exchange, std::move(c.body));
    } catch (const std::bad_alloc&) {
      c.body.release();  // counted too early, by one body
    }
  }
  Counters::subtract(counters_.connections, 1);
  table_.release(c);
}

/// Gives back what the connection holds, without needing any: who has asked is told by a text that
/// is there already.
void Driver::outOfMemory(Connection* c) noexcept {
  Counters::add(counters_.outOfMemory);
  if (now_ >= nextOutOfMemoryLine_) {
    nextOutOfMemoryLine_ = now_ + kOutOfMemoryLineEvery;
    log::write(log::Level::error, "http", "out of memory: a request was given up");
  }
  if (!c) return;
  if (c->webSocket || c->phase == Phase::lingering || c->outWaiting() > 0) return close(*c);
  clientGone(*c);
  c->exchange = 0;
  c->serve = {};
  c->body.release();
  c->parser.reset();
  std::string().swap(c->in);
  if (::send(c->socket.get(), kOutOfMemory.data(), kOutOfMemory.size(), MSG_NOSIGNAL) < 0)
    return close(*c);
  c->phase = Phase::idle;
  c->closeAfter = true;
  linger(*c);
}

void Driver::expire() {
  while (auto* node = deadlines_.takeExpired(now_)) {
    auto* c = table_.bySlot(node->slot);
    COLIBRI_ASSERT(c);
    guarded(c->epollKey(), [&] { late(*c, node->wait); });
  }
}

void Driver::late(Connection& c, Wait wait) {
  const bool progress = progressed(c, wait);
  switch (wait) {
    case Wait::idle:
    case Wait::linger:
      return close(c);
    case Wait::silence:
      return silent(c);
    case Wait::write:
      if (progress) return c.webSocket ? settleWebSocket(c) : settle(c);  // starts another window
      if (c.webSocket) tellClosed(*c.webSocket, 1013);
      Counters::add(c.webSocket ? counters_.unreadDropped : counters_.timeouts);
      return close(c);
    case Wait::body:
      if (progress) return settle(c);
      [[fallthrough]];
    case Wait::head:
      fail(c, 408, "The request took too long to arrive");
      std::string().swap(c.in);
      if (flush(c)) settle(c);
  }
}

void Driver::beginDrain() {
  draining_ = true;
  for (std::uint32_t slot = 0; slot < table_.slots(); ++slot) {
    auto* c = table_.bySlot(slot);
    // A request that is already in the socket's buffer is answered; else this closes it.
    if (!c) continue;
    guarded(c->epollKey(), [&] {
      if (c->phase == Phase::idle)
        readable(*c);
      else if (c->webSocket)
        finishWebSocket(*c, 1001, "the gateway stops");
    });
  }
}

void Driver::closeAll() {
  for (std::uint32_t slot = 0; slot < table_.slots(); ++slot) {
    if (auto* c = table_.bySlot(slot)) close(*c);
  }
}

}  // namespace colibri::http
