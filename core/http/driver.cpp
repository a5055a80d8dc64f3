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

void logThrown(const std::exception& e) {
  log::write(log::Level::error, "http", "a handler threw", {{"what", e.what()}});
}

/// What a client is told whose body finds no room.
Response noRoomFor(BodyBudget::Limit limit, const BodyBudget& bodies) {
  using Limit = BodyBudget::Limit;
  const auto most = " (" + std::to_string(bodies.mostOf(limit)) +
                    " bytes, by server.body_memory_bytes), try again";
  const auto make = [&] {
    switch (limit) {
      case Limit::tenant:
        return errorResponse(429, "Too many request bodies at once with this key" + most);
      case Limit::host:
        return errorResponse(429, "Too many request bodies at once from this address" + most);
      case Limit::keylessHost:
        return errorResponse(
            429, "Too many request bodies at once without a key from this address" + most);
      case Limit::strangers:
      case Limit::keyless:
        return errorResponse(503, "Too many request bodies at once without a key" + most);
      case Limit::owner:
      case Limit::all:
      case Limit::none:
        break;
    }
    return errorResponse(503, "Too many request bodies at once" + most);
  };
  auto response = make();
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

Driver::Driver(const Options& options, Handler& handler, Shared& shared,
               std::shared_ptr<Mailbox> mailbox, int epollFd)
    : options_(options),
      handler_(handler),
      counters_(shared.counters),
      bodies_(shared.bodies),
      mailbox_(std::move(mailbox)),
      epoll_(epollFd),
      deadlines_({options.idleTimeout, options.headTimeout, options.bodyTimeout,
                  options.writeTimeout, options.lingerTimeout}),
      scratch_(std::max(kScratchBytes, 2 * options.headBytes)) {
  spareParsers_.reserve(kSpareParsers);
  spareReaders_.reserve(kSpareReaders);
}

Driver::~Driver() {
  closeAll();
}

void Driver::adopt(UniqueFd socket, const PeerAddress& peer, Seats::Seat seat) {
  auto* c = table_.add(std::move(socket));
  if (!c) return;  // full: the descriptor closes
  c->peer = peer;
  c->seat = std::move(seat);
  c->interest = EPOLLIN | EPOLLRDHUP;
  epoll_event event{};
  event.events = c->interest;
  event.data.u64 = c->epollKey();
  Counters::add(counters_.connections);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c->socket.get(), &event) != 0) return close(*c);
  deadlines_.arm(c->deadline, Wait::idle, now_);
  if (draining_) guarded(c->epollKey(), [&] { readable(*c); });
}

void Driver::ready(std::uint64_t epollKey, std::uint32_t events) {
  if (auto* c = table_.byEpollKey(epollKey)) guarded(epollKey, [&] { ready(*c, events); });
}

void Driver::ready(Connection& c, std::uint32_t events) {
  if (c.phase == Phase::lingering && !(events & EPOLLERR)) return discard(c);
  if (c.webSocket) return webSocketReady(c, events);
  // Both directions are over: nobody is left to read an answer.
  if (events & (EPOLLERR | EPOLLHUP)) return close(c);
  if (events & EPOLLRDHUP) clientGone(c);
  if (events & EPOLLOUT) {
    if (flush(c)) resume(c);
  } else if (events & EPOLLIN) {
    readable(c);
  } else {
    settle(c);
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
    resume_.push_back(c.epollKey());
    c.resuming = true;
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
      used += acceptHead(c, bytes.size() - used);
      break;
    case RequestParser::Step::complete:
      handOver(c);
      break;
  }
  return used;
}

/// `waiting`: bytes that have come behind the head. Returns how many of them are done with.
std::size_t Driver::acceptHead(Connection& c, std::size_t waiting) {
  c.parser->setPeer(c.peer);
  const auto& head = c.parser->head();
  c.http10 = head.http10;
  c.headOnly = head.method == Method::head;
  Admission admission;
  try {
    admission = handler_.admit(head);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    logThrown(e);
    admission.answer = errorResponse(500, "Internal server error");
  }
  if (admission.answer) return answerHead(c, *admission.answer, waiting);
  const auto limit =
      admission.bodyLimit == Admission::kServerDefault ? options_.bodyBytes : admission.bodyLimit;
  if (!c.parser->limitBody(limit)) {
    fail(c, 413, "Request body is too large");
    return 0;
  }
  c.phase = Phase::body;
  c.serve = std::move(admission.serve);
  c.body = BodyBudget::Share(bodies_, admission.payer);
  // A request without a body is complete already, though no byte is left to say so.
  std::size_t used = 0;
  if (c.parser->feed({}, used) == RequestParser::Step::complete)
    handOver(c);
  else if (c.parser->expectsContinue() && waiting == 0)
    c.out += kContinue;
  return 0;
}

/// A body that has come with its head is stepped over; one that has not ends the connection, for
/// waiting for it would be what the answer is there to spare us.
std::size_t Driver::answerHead(Connection& c, const Response& response, std::size_t waiting) {
  const auto body = c.parser->announcedBody();
  const bool here = body && *body <= waiting;
  c.keepAlive = here && c.parser->head().keepAlive;
  releaseParser(c);
  deadlines_.disarm(c.deadline);
  c.phase = Phase::handling;
  Counters::add(counters_.requests);
  answer(c, response);
  return here ? static_cast<std::size_t>(*body) : 0;
}

/// Keeps the bodies of all clients, and those of each, within bounds.
bool Driver::countBody(Connection& c) {
  const auto fresh = c.parser->bodySize() - c.body.bytes();
  if (fresh == 0) return true;
  c.windowBytes += fresh;
  const auto limit = c.body.grow(fresh);
  if (limit == BodyBudget::Limit::none) return true;
  const bool all = limit == BodyBudget::Limit::all || limit == BodyBudget::Limit::owner;
  Counters::add(all ? counters_.bodiesOverTotal : counters_.bodiesOverShare);
  end(c, noRoomFor(limit, bodies_));
  return false;
}

void Driver::handOver(Connection& c) {
  auto request = c.parser->take();
  auto serve = std::exchange(c.serve, {});
  releaseParser(c);
  deadlines_.disarm(c.deadline);
  c.keepAlive = request.keepAlive;
  c.phase = Phase::handling;
  table_.beginExchange(c);
  Counters::add(counters_.requests);
  mailbox_->beginHandling(c.exchange);
  try {
    serve(std::move(request), Responder(mailbox_, c.exchange));
  } catch (const std::bad_alloc&) {
    mailbox_->endHandling();
    throw;
  } catch (const std::exception& e) {
    // A handler's bug must not take every other client down; its dropped Responder answers 500.
    logThrown(e);
  }
  const auto handled = mailbox_->endHandling();
  if (handled.answer)
    answer(c, *handled.answer);
  else if (handled.dropped)
    answerDropped(c);
}

void Driver::answerDropped(Connection& c) {
  if (!c.ended) {
    Counters::add(counters_.dropped);
    log::write(log::Level::error, "http", "a request was dropped without an answer");
  }
  answer(c, errorResponse(500, "Internal server error"));
}

void Driver::releaseParser(Connection& c) {
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
    if (!c->webSocket) guarded(key, [&] { resume(*c); });
  }
}

void Driver::deliver(Mailbox::Item&& item) {
  if (item.kind == Mailbox::Kind::task) return guarded(0, [&] { item.task(*this); });
  auto* c = table_.byExchange(item.exchange);
  if (item.kind == Mailbox::Kind::watch) {
    if (!c || c->ended) return tell(item.gone);
    return guarded(c->epollKey(), [&] { watchers_[item.exchange] = std::move(item.gone); });
  }
  if (!c) {  // the client is gone: nobody to tell
    orphans_.erase(item.exchange);
    return;
  }
  guarded(c->epollKey(), [&] {
    if (item.kind == Mailbox::Kind::dropped)
      answerDropped(*c);
    else
      answer(*c, item.response);
    resume(*c);
  });
}

void Driver::giveUp(const Mailbox::Lost& lost) {
  for (std::size_t i = 0; i < lost.count; ++i) {
    orphans_.erase(lost.exchanges[i]);
    outOfMemory(table_.byExchange(lost.exchanges[i]));
  }
  for (std::uint32_t slot = 0; lost.more && slot < table_.slots(); ++slot) {
    auto* c = table_.bySlot(slot);
    if (c && c->exchange != 0) outOfMemory(c);
  }
}

}  // namespace colibri::http
