#pragma once

#include <array>
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
/// [Threading] answer, dropped, watch, upgrade, post, giveUp, wake: any thread. The rest: the
/// loop's thread. [Ownership] shared by the loop and its Responders; after close() all mail is
/// discarded.
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

  // Without memory to keep an answer, its request is given up.
  void answer(std::uint64_t exchange, Response&& response) noexcept override;
  void dropped(std::uint64_t exchange) noexcept override;
  void watch(std::uint64_t exchange, Function<void()> gone) override;
  WebSocket upgrade(std::uint64_t exchange, WebSocketAccept&& accept) override;
  /// Runs on the loop's thread. False: the loop has ended, and it never runs.
  bool post(Function<void(Driver&)> task);
  /// There is no memory for what this request or WebSocket is owed: the loop ends it.
  void giveUp(std::uint64_t exchange) noexcept;
  void wake() noexcept;

  int wakeFd() const noexcept { return wakeFd_.get(); }
  /// What became of a request while its handler ran.
  struct Handled {
    std::optional<Response> answer;
    bool dropped = false;
  };
  /// Between these two, an answer to `exchange` from this thread goes into the slot.
  void beginHandling(std::uint64_t exchange) noexcept;
  Handled endHandling() noexcept;
  /// Everything queued since the last call, into an empty `items`.
  void take(std::vector<Item>& items);
  /// What could not be kept for want of memory, since the last call.
  struct Lost {
    std::array<std::uint64_t, 64> exchanges{};  ///< the first `count` of them
    std::size_t count = 0;
    bool more = false;  ///< than there was room to note: it may be any
  };
  Lost takeLost() noexcept;
  /// As take(), for the last time: later mail is discarded.
  void close(std::vector<Item>& items);

 private:
  bool isHandling(std::uint64_t exchange) const noexcept;
  bool put(Item&& item);
  void putOrGiveUp(Item&& item) noexcept;

  UniqueFd wakeFd_;
  std::atomic<std::thread::id> handlingThread_{};
  std::uint64_t handling_ = 0;  // only the thread above
  Handled handled_;             // only the thread above
  std::mutex mutex_;            // guards the rest
  std::vector<Item> items_;
  Lost lost_;
  bool closed_ = false;
};

}  // namespace colibri::http
