#include "http/loop.hpp"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "http/error_body.hpp"
#include "log/log.hpp"

namespace colibri::http {
namespace {

// No connection has these keys: its lower half is a slot of 20 bits.
constexpr std::uint64_t kWakeKey = ~std::uint64_t{0};
constexpr std::uint64_t kListenerKey = kWakeKey - 1;
constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::uint64_t kCrowd = 64;  // a broadcast to fewer is over before it matters
constexpr std::chrono::seconds kPauseLogEvery{10};

bool watch(int epoll, int fd, std::uint64_t key, int operation, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = key;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0;
}

PeerAddress peerOf(const sockaddr_storage& address) noexcept {
  PeerAddress peer;
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(peer.bytes.data(), &v6.sin6_addr, 16);
    peer.port = ntohs(v6.sin6_port);
    peer.v6 = true;
  } else {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::memcpy(peer.bytes.data(), &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
  }
  return peer;
}

/// Says why before the caller closes; a client that finds the server full should not have to guess.
void refuse(int socket, int status, const std::string& what, std::size_t most, const char* key) {
  auto response =
      errorResponse(status, what + " (" + std::to_string(most) + ", by server." + key + ")");
  response.headers.emplace_back("Retry-After", "5");
  std::string text;
  appendResponse(text, response, {.keepAlive = false}, DateText().at(std::time(nullptr)));
  // It fits an empty send buffer; if the client has gone already, there is nothing to do.
  if (::send(socket, text.data(), text.size(), MSG_NOSIGNAL) > 0) ::shutdown(socket, SHUT_WR);
}

}  // namespace

Loop::Loop(const Options& options, Handler& handler, Shared& shared, UniqueFd listener,
           std::string name)
    : options_(options),
      counters_(shared.counters),
      hosts_(shared.hosts),
      name_(std::move(name)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(std::move(listener)),
      mailbox_(std::make_shared<Mailbox>()),
      driver_(options, handler, shared, mailbox_, epoll_.get()) {}

Loop::~Loop() {
  stop();
}

Result<void> Loop::start(std::optional<std::size_t> core) {
  core_ = core;
  if (!epoll_ || mailbox_->wakeFd() < 0 ||
      !watch(epoll_.get(), mailbox_->wakeFd(), kWakeKey, EPOLL_CTL_ADD, EPOLLIN) ||
      !watch(epoll_.get(), listener_.get(), kListenerKey, EPOLL_CTL_ADD, EPOLLIN)) {
    return Error{Errc::unavailable, "cannot set up an event loop: out of file descriptors"};
  }
  thread_ = std::thread([this] { run(); });
  return {};
}

void Loop::run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  if (pthread_getaffinity_np(pthread_self(), sizeof anywhere_, &anywhere_) != 0) core_.reset();
  while (!stopAsked_.load(std::memory_order_acquire)) turn();
  readMail();  // what was answered before the end still goes out
  driver_.closeAll();
  driver_.publishCounts();
  mailbox_->close(mail_);
  for (auto& item : mail_) driver_.deliver(std::move(item));  // tells late watchers
  mail_.clear();
  const std::lock_guard lock(mutex_);
  drained_ = true;
  drainedChanged_.notify_all();
}

void Loop::turn() {
  std::array<epoll_event, 256> events;
  const int ready =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeoutMs());
  now_ = std::chrono::steady_clock::now();
  driver_.setTime(now_);
  for (int i = 0; i < ready; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kWakeKey) {
      readMail();
    } else if (event.data.u64 == kListenerKey) {
      acceptWaiting();
    } else {
      driver_.ready(event.data.u64, event.events);
    }
  }
  driver_.resumeWaiting();
  driver_.expire();
  driver_.publishCounts();
  keepToCore();
  if (acceptAgain_ && now_ >= *acceptAgain_) {
    acceptAgain_.reset();
    if (listener_) watch(epoll_.get(), listener_.get(), kListenerKey, EPOLL_CTL_MOD, EPOLLIN);
  }
  handleDrain();
}

int Loop::timeoutMs() const {
  if (driver_.hasWaiting()) return 0;
  auto next = driver_.nextDeadline();
  if (acceptAgain_ && (!next || *acceptAgain_ < *next)) next = acceptAgain_;
  if (!next) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Loop::acceptWaiting() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    UniqueFd socket(::accept4(listener_.get(), generic, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        return pauseAccepting(errno);
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      continue;  // that one client went away again
    }
    Counters::add(counters_.accepted);
    try {
      acceptOne(std::move(socket), peerOf(address));
    } catch (const std::bad_alloc&) {
      return pauseAccepting(ENOMEM);
    }
  }
}

void Loop::acceptOne(UniqueFd socket, const PeerAddress& peer) {
  if (counters_.connections.load(std::memory_order_relaxed) >= options_.maxConnections) {
    Counters::add(counters_.refused);
    return refuse(socket.get(), 503, "Too many connections", options_.maxConnections,
                  "max_connections");
  }
  const auto host = options_.hostOf ? options_.hostOf(peer) : 0;
  if (host == 0) return driver_.adopt(std::move(socket), peer);
  auto seat = hosts_.take(host);
  if (!seat) {
    return refuse(socket.get(), 429, "Too many connections from this address", hosts_.most(),
                  "connections_per_address");
  }
  driver_.adopt(std::move(socket), peer, std::move(*seat));
}

/// Clients stay in the kernel's queue until descriptors are free again; asking at once would spin.
void Loop::pauseAccepting(int reason) {
  Counters::add(counters_.acceptPauses);
  acceptAgain_ = now_ + kAcceptPause;
  watch(epoll_.get(), listener_.get(), kListenerKey, EPOLL_CTL_MOD, 0);
  if (now_ - lastPauseLogged_ < kPauseLogEvery) return;
  lastPauseLogged_ = now_;
  log::write(log::Level::error, "http", "cannot accept connections for a moment",
             {{"reason", std::strerror(reason)}});
}

void Loop::readMail() {
  mailbox_->take(mail_);
  for (auto& item : mail_) driver_.deliver(std::move(item));
  mail_.clear();
  driver_.giveUp(mailbox_->takeLost());
}

void Loop::handleDrain() {
  if (!drainAsked_.load(std::memory_order_acquire)) return;
  if (!draining_) {
    draining_ = true;
    acceptWaiting();  // closing the listener would reset those who wait in its queue
    listener_ = UniqueFd();
    driver_.beginDrain();
  }
  if (!driver_.isDrained()) return;
  const std::lock_guard lock(mutex_);
  drained_ = true;
  drainedChanged_.notify_all();
}

/// Two loops that are woken for the same broadcast often wait for one core while the other is idle,
/// and the kernel leaves them there for milliseconds: ADR 11. Without a crowd they run anywhere.
void Loop::keepToCore() {
  const bool crowd = counters_.webSockets.load(std::memory_order_relaxed) >= kCrowd;
  if (!core_ || crowd == onCore_) return;
  onCore_ = crowd;
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(*core_, &here);
  const auto& cores = crowd ? here : anywhere_;
  pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);  // refused, it runs all the same
}

void Loop::drain() {
  drainAsked_.store(true, std::memory_order_release);
  mailbox_->wake();
}

bool Loop::awaitDrained(SteadyTime until) {
  std::unique_lock lock(mutex_);
  return drainedChanged_.wait_until(lock, until, [this] { return drained_; });
}

void Loop::stop() {
  stopAsked_.store(true, std::memory_order_release);
  if (!thread_.joinable()) return;
  mailbox_->wake();
  thread_.join();
}

}  // namespace colibri::http
