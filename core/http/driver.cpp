#include "http/driver.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>

#include "http/error_body.hpp"
#include "log/log.hpp"

namespace colibri::http {
namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;
/// Requests of one connection in one turn of the loop, so that a pipelining client is not alone.
constexpr int kRequestsPerTurn = 64;
constexpr std::size_t kSpareParsers = 64;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Driver::Driver(const Options& options, Handler& handler, Counters& counters,
               std::shared_ptr<Mailbox> mailbox, int epollFd)
    : options_(options),
      handler_(handler),
      counters_(counters),
      mailbox_(std::move(mailbox)),
      epoll_(epollFd),
      deadlines_({options.idleTimeout, options.headTimeout, options.bodyTimeout,
                  options.writeTimeout, options.lingerTimeout}),
      scratch_(std::max(kScratchBytes, 2 * options.headBytes)) {}

Driver::~Driver() {
  closeAll();
}

void Driver::adopt(UniqueFd socket, const PeerAddress& peer) {
  auto* c = table_.add(std::move(socket));
  if (!c) return;  // full: the descriptor closes
  c->peer = peer;
  c->interest = EPOLLIN | EPOLLRDHUP;
  epoll_event event{};
  event.events = c->interest;
  event.data.u64 = c->epollKey();
  Counters::add(counters_.connections);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c->socket.get(), &event) != 0) return close(*c);
  deadlines_.arm(c->deadline, Wait::idle, now_);
  if (draining_) readable(*c);
}

void Driver::ready(std::uint64_t epollKey, std::uint32_t events) {
  auto* c = table_.byEpollKey(epollKey);
  if (!c) return;
  if (c->phase == Phase::lingering && !(events & EPOLLERR)) return discard(*c);
  if (c->webSocket) return webSocketReady(*c, events);
  // Both directions are over: nobody is left to read an answer.
  if (events & (EPOLLERR | EPOLLHUP)) return close(*c);
  if (events & EPOLLRDHUP) clientGone(*c);
  if (events & EPOLLOUT) {
    if (flush(*c)) resume(*c);
  } else if (events & EPOLLIN) {
    readable(*c);
  } else {
    settle(*c);
  }
}

void Driver::readable(Connection& c) {
  std::size_t filled = 0;
  if (!receive(c, filled)) return close(c);
  process(c, {scratch_.data(), filled});
}

/// Puts what was kept and what has come into the scratch buffer. False: the connection broke.
bool Driver::receive(Connection& c, std::size_t& filled) {
  std::copy(c.in.begin(), c.in.end(), scratch_.begin());
  filled = c.in.size();
  auto room = scratch_.size() - filled;
  if (!canProceed(c)) room = filled < kPipelinedBytes ? kPipelinedBytes - filled : 0;
  if (room == 0) return true;
  const auto got = ::recv(c.socket.get(), scratch_.data() + filled, room, 0);
  if (got > 0) {
    filled += static_cast<std::size_t>(got);
  } else if (got == 0) {
    c.drained = true;
    clientGone(c);
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    return false;
  }
  return true;
}

void Driver::discard(Connection& c) {
  const auto got = ::recv(c.socket.get(), scratch_.data(), scratch_.size(), 0);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) close(c);
}

bool Driver::canProceed(const Connection& c) const noexcept {
  return c.phase != Phase::handling && c.phase != Phase::lingering && !c.closeAfter &&
         c.outWaiting() < options_.outputBytes;
}

/// `bytes` lie in the scratch buffer; what stays unparsed moves into the connection.
void Driver::process(Connection& c, std::string_view bytes) {
  bool stuck = false;
  int requests = 0;
  while (!stuck && canProceed(c) && !bytes.empty()) {
    if (c.phase == Phase::idle && ++requests > kRequestsPerTurn) break;
    bytes.remove_prefix(advance(c, bytes, stuck));
  }
  if (c.closeAfter) bytes = {};
  keep(c, bytes);
  if (!flush(c)) return;
  if (!stuck && !bytes.empty() && canProceed(c) && !c.resuming) {
    // Its turn is over, or the answers that held it up have just left.
    c.resuming = true;
    resume_.push_back(c.epollKey());
  }
  settle(c);
}

void Driver::keep(Connection& c, std::string_view bytes) {
  if (!bytes.empty()) {
    c.in.assign(bytes);
  } else if (!c.in.empty()) {
    std::string().swap(c.in);
  }
}

/// Parses as far as the current request goes. [Errors] answered here; then closeAfter is set.
std::size_t Driver::advance(Connection& c, std::string_view bytes, bool& stuck) {
  if (!c.parser) {
    if (spareParsers_.empty()) {
      c.parser = std::make_unique<RequestParser>(options_.headBytes);
    } else {
      c.parser = std::move(spareParsers_.back());
      spareParsers_.pop_back();
    }
    c.phase = Phase::head;
    c.headOnly = c.http10 = false;
  }
  std::size_t used = 0;
  const auto step = c.parser->feed(bytes, used);
  if (c.phase == Phase::body && !countBody(c)) return used;
  switch (step) {
    case RequestParser::Step::needMore:
      stuck = true;
      break;
    case RequestParser::Step::failed: {
      const auto failure = c.parser->failure();
      fail(c, failure.status, failure.message);
      break;
    }
    case RequestParser::Step::head:
      acceptHead(c, used < bytes.size());
      break;
    case RequestParser::Step::complete:
      handOver(c);
      break;
  }
  return used;
}

void Driver::acceptHead(Connection& c, bool bodyWaiting) {
  const auto& head = c.parser->head();
  c.http10 = head.http10;
  c.headOnly = head.method == Method::head;
  const auto policy = handler_.bodyPolicy(head);
  const auto limit = policy.limit == BodyPolicy::kServerDefault ? options_.bodyBytes : policy.limit;
  if (!c.parser->limitBody(limit)) return fail(c, 413, "Request body is too large");
  c.phase = Phase::body;
  // A request without a body is complete already, though no byte is left to say so.
  std::size_t used = 0;
  if (c.parser->feed({}, used) == RequestParser::Step::complete) return handOver(c);
  if (c.parser->expectsContinue() && !bodyWaiting) c.out += kContinue;
}

/// Keeps the bodies of all clients together within bounds.
bool Driver::countBody(Connection& c) {
  const auto size = c.parser->bodySize();
  const auto fresh = size - c.bodyCounted;
  if (fresh == 0) return true;
  c.bodyCounted = size;
  c.windowBytes += fresh;
  const auto before = counters_.bodyBytes.fetch_add(fresh, std::memory_order_relaxed);
  if (before + fresh <= options_.totalBodyBytes) return true;
  fail(c, 503, "Too many request bodies at once, try again");
  return false;
}

void Driver::handOver(Connection& c) {
  auto request = c.parser->take();
  releaseParser(c);
  deadlines_.disarm(c.deadline);
  request.peer = c.peer;
  c.keepAlive = request.keepAlive;
  c.phase = Phase::handling;
  table_.beginExchange(c);
  Counters::add(counters_.requests);
  mailbox_->beginHandling(c.exchange);
  try {
    handler_.handle(std::move(request), Responder(mailbox_, c.exchange));
  } catch (const std::exception& e) {
    // A handler's bug must not take every other client down; its dropped Responder answers 500.
    log::write(log::Level::error, "http", "a handler threw", {{"what", e.what()}});
  }
  if (const auto response = mailbox_->endHandling()) answer(c, *response);
}

void Driver::releaseParser(Connection& c) {
  Counters::subtract(counters_.bodyBytes, c.bodyCounted);
  c.bodyCounted = 0;
  if (!c.parser) return;
  if (spareParsers_.size() < kSpareParsers) {
    c.parser->reset();
    spareParsers_.push_back(std::move(c.parser));
  }
  c.parser.reset();
}

void Driver::resume(Connection& c) {
  if (c.phase == Phase::lingering) return settle(c);
  std::copy(c.in.begin(), c.in.end(), scratch_.begin());
  process(c, {scratch_.data(), c.in.size()});
}

void Driver::resumeWaiting() {
  std::vector<std::uint64_t> keys;
  keys.swap(resume_);
  for (const auto key : keys) {
    auto* c = table_.byEpollKey(key);
    if (!c) continue;
    c->resuming = false;
    if (!c->webSocket) resume(*c);
  }
}

void Driver::deliver(Mailbox::Item&& item) {
  if (item.kind == Mailbox::Kind::task) return item.task(*this);
  auto* c = table_.byExchange(item.exchange);
  if (item.kind == Mailbox::Kind::watch) {
    if (!c || c->ended) return item.gone();
    watchers_[item.exchange] = std::move(item.gone);
    return;
  }
  if (!c) return;  // the client is gone: nobody to tell
  if (item.kind == Mailbox::Kind::dropped) {
    if (!c->ended) {
      Counters::add(counters_.dropped);
      log::write(log::Level::error, "http", "a request was dropped without an answer");
    }
    item.response = errorResponse(500, "Internal server error");
  }
  answer(*c, item.response);
  resume(*c);
}

}  // namespace colibri::http
