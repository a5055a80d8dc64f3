#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

namespace colibri::net {

/// The bytes of a request's body, as somebody else brings them piece by piece.
///
/// [Threading] everything on the client's thread, never blocking.
class BodySource {
 public:
  virtual ~BodySource() = default;
  virtual std::uint64_t size() const noexcept = 0;
  /// Once, first of all. `more` is called, on any thread, whenever bytes are there after take() had
  /// none.
  virtual void begin(Function<void()> more) = 0;
  /// Puts at most `room` of the next bytes to `to`; 0 = none are there yet. [Errors] why there
  /// never will be: the exchange ends with it.
  virtual Result<std::size_t> take(char* to, std::size_t room) = 0;
  /// From the first byte again: a pooled connection was closed meanwhile.
  virtual void rewind() = 0;
  /// Nothing is taken any more; `more` is not called once this has returned.
  virtual void end() noexcept = 0;
};

/// Where the body of an answer goes instead of into memory. As BodySource.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// Once, first of all. `more` is called whenever there is room after put() had none.
  virtual void begin(Function<void()> more) = 0;
  /// False: there is no room, and the same bytes come again after `more`. [Errors] why it takes no
  /// more: the exchange ends with it.
  virtual Result<bool> put(std::string_view bytes) = 0;
  /// Nothing is put any more; `more` is not called once this has returned.
  virtual void end() noexcept = 0;
};

struct HttpRequest {
  std::string method = "POST";
  std::string url;  ///< absolute, http or https; its user info and query are never logged
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<const std::string> body;  ///< may be null
  std::shared_ptr<BodySource> source;       ///< null, or instead of `body`
  std::shared_ptr<AnswerSink> sink;         ///< null, or for the body of an answer of the 200s
  std::uint64_t maxSinkBytes = 0;           ///< of what goes there
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
  bool sunk = false;       ///< the body went into the request's sink
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
