#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "base/function.hpp"
#include "http/response.hpp"
#include "http/websocket.hpp"

namespace colibri::http {

/// Where answers go: an event loop, or a fake in tests of handlers.
///
/// [Threading] any thread. [Ownership] outlives the server if a Responder does.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void answer(std::uint64_t exchange, Response&& response) = 0;
  virtual void dropped(std::uint64_t exchange) = 0;  ///< nobody will answer any more
  virtual void watch(std::uint64_t exchange, Function<void()> gone) = 0;
  /// Where there is no connection to upgrade, the peer hears of the end at once.
  virtual WebSocket upgrade(std::uint64_t exchange, WebSocketAccept&& accept);
};

/// The duty to answer one request, exactly once. Keeping it parks the request: no thread waits.
///
/// Destroyed unanswered: the client gets 500 and the log a line.
///
/// [Threading] any thread, one at a time. [Errors] a client or server that is gone: the answer is
/// discarded; answering twice is our bug and asserts.
class Responder {
 public:
  Responder() = default;
  Responder(std::shared_ptr<AnswerSink> sink, std::uint64_t exchange)
      : sink_(std::move(sink)), exchange_(exchange) {}
  Responder(Responder&& other) noexcept
      : sink_(std::exchange(other.sink_, nullptr)), exchange_(other.exchange_) {}
  Responder& operator=(Responder&& other) noexcept {
    std::swap(sink_, other.sink_);
    std::swap(exchange_, other.exchange_);
    return *this;
  }
  ~Responder() {
    if (sink_) sink_->dropped(exchange_);
  }

  /// True until send().
  explicit operator bool() const noexcept { return sink_ != nullptr; }

  void send(Response response);

  /// Instead of an answer: the connection becomes a WebSocket. The 101 goes out before anything
  /// else. If client or server are gone the peer hears onClosed(), possibly before this returns.
  WebSocket upgrade(WebSocketAccept accept);

  /// `gone` runs once, on the loop thread, when the client closes (or half-closes) its connection
  /// before the answer; soon if it has already. It may race with send() from another thread. An
  /// answer is still tried afterwards: a client that only closed its sending half receives it.
  /// Set after Server::stop(), it never runs.
  void onGone(Function<void()> gone);

 private:
  std::shared_ptr<AnswerSink> sink_;
  std::uint64_t exchange_ = 0;
};

}  // namespace colibri::http
