#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "http/responder.hpp"

namespace colibri::http {

class Driver;

/// How answers reach an event loop from any thread.
///
/// The usual answer, given inside handle(), takes no lock: it is left in a slot for the loop.
/// Everything else is queued and wakes the loop through an eventfd.
///
/// [Threading] answer, dropped, watch, upgrade, post, wake: any thread. The rest: the loop's
/// thread. [Ownership] shared by the loop and its Responders; after close() all mail is discarded.
class Mailbox final : public AnswerSink, public std::enable_shared_from_this<Mailbox> {
 public:
  enum class Kind : std::uint8_t { answer, dropped, watch, task };
  struct Item {
    std::uint64_t exchange = 0;
    Kind kind = Kind::answer;
    Response response;
    Function<void()> gone;
    Function<void(Driver&)> task;
  };

  Mailbox();

  void answer(std::uint64_t exchange, Response&& response) override;
  void dropped(std::uint64_t exchange) override;
  void watch(std::uint64_t exchange, Function<void()> gone) override;
  WebSocket upgrade(std::uint64_t exchange, WebSocketAccept&& accept) override;
  /// Runs on the loop's thread. False: the loop has ended, and it never runs.
  bool post(Function<void(Driver&)> task);
  void wake() noexcept;

  int wakeFd() const noexcept { return wakeFd_.get(); }
  /// Between these two, an answer to `exchange` from this thread goes into the slot.
  void beginHandling(std::uint64_t exchange) noexcept;
  std::optional<Response> endHandling() noexcept;
  /// Everything queued since the last call, into an empty `items`.
  void take(std::vector<Item>& items);
  /// As take(), for the last time: later mail is discarded.
  void close(std::vector<Item>& items);

 private:
  bool put(Item&& item);

  UniqueFd wakeFd_;
  std::atomic<std::thread::id> handlingThread_{};
  std::uint64_t handling_ = 0;         // only the thread above
  std::optional<Response> immediate_;  // only the thread above
  std::mutex mutex_;                   // guards items_, closed_
  std::vector<Item> items_;
  bool closed_ = false;
};

}  // namespace colibri::http
