#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

namespace colibri::net {

struct HttpRequest {
  std::string method = "POST";
  std::string url;  ///< absolute, http or https; its user info and query are never logged
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<const std::string> body;  ///< may be null
  /// Of the whole exchange, from when it gets a connection; and again of the wait for that. 0 = the
  /// client's default.
  std::chrono::milliseconds timeout{0};
  std::size_t maxResponseBytes = std::size_t{1} << 20;
  bool allowListed = false;  ///< private addresses on the operator's allow list are fine, too
  InstanceKey instance = 0;  ///< who shares connections fairly with the others; 0 = nobody's
};

struct HttpAnswer {
  /// Ok = an HTTP answer came, whatever its status. Otherwise unavailable (lookup, connect, TLS,
  /// reset), timeout, forbidden (address refused by policy), busy (no connection became free, and
  /// nothing was sent: it says nothing about the target), cancelled, shuttingDown.
  Result<void> outcome;
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  bool truncated = false;  ///< the body was longer; the rest was not read
  /// The target's address is not a public one, or nobody knows it: what it answered, or why it did
  /// not, is for the operator's eyes, else whoever may name targets learns what is inside.
  bool confidential = false;
  std::chrono::milliseconds retryAfter{0};  ///< from Retry-After, either form; 0 = none
  std::chrono::microseconds lookup{0}, connect{0}, tls{0}, firstByte{0}, total{0};
};

/// Outgoing HTTP: one TLS, proxy, SSRF and limit policy for everybody (libcurl multi on one
/// thread). Redirects are not followed; connections are pooled, capped per host and shared fairly
/// by the instances whose requests go there (host_queue.hpp).
///
/// [Threading] any thread; `done` runs on the client's thread: short, never blocking.
class HttpClient {
 public:
  using Id = std::uint64_t;  ///< never 0
  using Done = Function<void(HttpAnswer)>;
  virtual ~HttpClient() = default;
  /// [Errors] busy (queue full), invalidArgument (URL, method or header): `done` is not called.
  /// Otherwise it runs exactly once, cancelled or not.
  virtual Result<Id> send(HttpRequest request, Done done) = 0;
  /// Best effort.
  virtual void cancel(Id id) = 0;
};

}  // namespace colibri::net
