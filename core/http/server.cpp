#include "http/server.hpp"

#include <sched.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/assert.hpp"
#include "http/listener.hpp"
#include "http/loop.hpp"

namespace colibri::http {
namespace {

/// Those that this process may run on.
std::vector<std::size_t> allowedCores() {
  cpu_set_t set;
  std::vector<std::size_t> cores;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  return cores;
}

}  // namespace

class Server::Impl {
 public:
  Impl(Options options, Handler& handler)
      : options_(std::move(options)), handler_(handler), shared_(options_) {
    if (options_.loops == 0)
      options_.loops = std::clamp(std::thread::hardware_concurrency(), 1u, 2u);
  }

  Result<void> start() {
    COLIBRI_ASSERT(loops_.empty());
    const bool shared = options_.loops > 1;
    // A shared port would also be given to a second gateway of the same user, and clients would
    // reach either; an exclusive attempt first tells.
    if (shared && options_.port != 0) {
      const auto probe = listenOn(options_.host, options_.port, false);
      if (!probe) return probe.error();
    }
    port_ = options_.port;
    for (unsigned i = 0; i < options_.loops; ++i) {
      auto listener = listenOn(options_.host, port_, shared);
      if (!listener) return abandon(listener.error());
      port_ = listener->port;
      loops_.push_back(std::make_unique<Loop>(
          options_, handler_, shared_, std::move(listener->socket), "http-" + std::to_string(i)));
    }
    const auto cores = allowedCores();
    const bool oneEach = shared && cores.size() == loops_.size();
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      const auto started = loops_[i]->start(oneEach ? std::optional(cores[i]) : std::nullopt);
      if (!started) return abandon(started.error());
    }
    return {};
  }

  bool drain(std::chrono::milliseconds within) {
    const auto until = std::chrono::steady_clock::now() + within;
    for (const auto& loop : loops_) loop->drain();
    bool all = true;
    for (const auto& loop : loops_) all = loop->awaitDrained(until) && all;
    return all;
  }

  void stop() { loops_.clear(); }

  std::uint16_t port() const noexcept { return port_; }

  ServerStats stats() const {
    const auto& counters = shared_.counters;
    const auto read = [](const Counters::Count& c) { return c.load(std::memory_order_relaxed); };
    return {.connections = read(counters.connections),
            .accepted = read(counters.accepted),
            .refused = read(counters.refused),
            .refusedOfHost = shared_.hosts.refused(),
            .requests = read(counters.requests),
            .protocolErrors = read(counters.protocolErrors),
            .timeouts = read(counters.timeouts),
            .dropped = read(counters.dropped),
            .outOfMemory = read(counters.outOfMemory),
            .acceptPauses = read(counters.acceptPauses),
            .bodyBytes = shared_.bodies.held(),
            .bodiesOverTotal = read(counters.bodiesOverTotal),
            .bodiesOverShare = read(counters.bodiesOverShare),
            .webSockets = read(counters.webSockets),
            .messagesIn = read(counters.messagesIn),
            .messagesOut = read(counters.messagesOut),
            .unreadDropped = read(counters.unreadDropped)};
  }

 private:
  Error abandon(Error error) {
    loops_.clear();
    return error;
  }

  Options options_;
  Handler& handler_;
  Shared shared_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Loop>> loops_;
};

Server::Server(Options options, Handler& handler)
    : impl_(std::make_unique<Impl>(std::move(options), handler)) {}
Server::~Server() {
  stop();
}
Result<void> Server::start() {
  return impl_->start();
}
std::uint16_t Server::port() const noexcept {
  return impl_->port();
}
bool Server::drain(std::chrono::milliseconds within) {
  return impl_->drain(within);
}
void Server::stop() {
  impl_->stop();
}
ServerStats Server::stats() const {
  return impl_->stats();
}

}  // namespace colibri::http
