#pragma once

#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "net/http_client.hpp"
#include "net/url_policy.hpp"

namespace colibri::net {

/// HttpClient on libcurl's multi interface: one thread, keep-alive pool, UrlPolicy at every socket.
///
/// Requests wait in a queue per host and instance and start in turn (host_queue.hpp), so neither
/// hosts that hang nor slow endpoints of others delay anybody. A request's timeout bounds its wait
/// in the queue, after which it is given back unsent, and, from its start anew, the exchange.
///
/// [Threading] any thread; see HttpClient. [Blocking] shutdown() and the destructor join the
/// thread; not from within `done`. [Errors] the constructor throws std::runtime_error if libcurl
/// does not start.
class CurlHttpClient final : public HttpClient {
 public:
  struct Options {
    AllowList allowList;
    std::string proxy;  ///< URL; empty = direct. Targets the allow list names are reached directly
    /// Sockets of a host, besides one for each instance; an instance has at most half of them.
    std::size_t maxPerHost = 16;
    /// Of an instance at a host that fails it, or has not answered yet.
    std::size_t maxPerFailingHost = 2;
    std::size_t maxTotal = 1024;     ///< exchanges at a time
    std::size_t maxIdle = 256;       ///< pooled connections
    std::size_t maxQueued = 10'000;  ///< requests waiting; more are refused with busy
    std::chrono::milliseconds connectTimeout{10'000};
    std::chrono::milliseconds timeout{30'000};  ///< of requests that bring none
    std::string userAgent;                      ///< where the request brings none
    std::string caBundle;                       ///< file; empty = the system's
  };
  struct Counters {
    std::uint64_t sent = 0;      ///< accepted by send()
    std::uint64_t answered = 0;  ///< an HTTP answer came
    std::uint64_t failed = 0;    ///< unavailable
    std::uint64_t timedOut = 0;
    std::uint64_t forbidden = 0;  ///< refused by policy
    std::uint64_t cancelled = 0;  ///< and given up at shutdown
    std::uint64_t givenBack = 0;  ///< waited too long for a connection
    std::uint64_t connections = 0;
    std::size_t waiting = 0, running = 0;
  };

  /// `clock` outlives the client.
  CurlHttpClient(Options options, const Clock& clock);
  ~CurlHttpClient() override;
  CurlHttpClient(const CurlHttpClient&) = delete;
  CurlHttpClient& operator=(const CurlHttpClient&) = delete;

  /// Also [Errors] shuttingDown.
  Result<Id> send(HttpRequest request, Done done) override;
  void cancel(Id id) override;
  /// Ends everything with shuttingDown. Idempotent.
  void shutdown();
  Counters counters() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace colibri::net
