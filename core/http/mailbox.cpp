#include "http/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <new>
#include <utility>

#include "base/assert.hpp"
#include "http/driver.hpp"

namespace colibri::http {

Mailbox::Mailbox() : wakeFd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

bool Mailbox::isHandling(std::uint64_t exchange) const noexcept {
  return handlingThread_.load(std::memory_order_relaxed) == std::this_thread::get_id() &&
         handling_ == exchange;
}

void Mailbox::answer(std::uint64_t exchange, Response&& response) noexcept {
  if (isHandling(exchange))
    handled_.answer = std::move(response);
  else
    putOrGiveUp({exchange, Kind::answer, std::move(response), {}, {}});
}

void Mailbox::dropped(std::uint64_t exchange) noexcept {
  if (isHandling(exchange))
    handled_.dropped = true;
  else
    putOrGiveUp({exchange, Kind::dropped, {}, {}, {}});
}

void Mailbox::watch(std::uint64_t exchange, Function<void()> gone) {
  put({exchange, Kind::watch, {}, std::move(gone), {}});
}

WebSocket Mailbox::upgrade(std::uint64_t exchange, WebSocketAccept&& accept) {
  const auto peer = accept.peer;
  try {
    auto counts = std::make_shared<WebSocketCounts>(accept.limits.queueBytes);
    WebSocket socket(shared_from_this(), exchange, counts);
    const bool posted =
        post([exchange, accept = std::move(accept), counts](Driver& driver) mutable {
          driver.upgrade(exchange, std::move(accept), std::move(counts));
        });
    if (posted) return socket;
    counts->closed = true;
    peer->onClosed(1001);
    return socket;
  } catch (const std::bad_alloc&) {
    giveUp(exchange);
    peer->onClosed(1006);
    return {};
  }
}

bool Mailbox::post(Function<void(Driver&)> task) {
  return put({0, Kind::task, {}, {}, std::move(task)});
}

bool Mailbox::put(Item&& item) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(item));
    if (items_.size() > 1) return true;  // whoever put the first one woke the loop
  }
  wake();
  return true;
}

void Mailbox::putOrGiveUp(Item&& item) noexcept {
  const auto exchange = item.exchange;
  try {
    put(std::move(item));
  } catch (const std::bad_alloc&) {
    giveUp(exchange);
  }
}

void Mailbox::giveUp(std::uint64_t exchange) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (lost_.count < lost_.exchanges.size())
      lost_.exchanges[lost_.count++] = exchange;
    else
      lost_.more = true;
  }
  wake();
}

Mailbox::Lost Mailbox::takeLost() noexcept {
  const std::lock_guard lock(mutex_);
  return std::exchange(lost_, {});
}

void Mailbox::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  if (::write(wakeFd_.get(), &one, sizeof one) < 0) return;
}

void Mailbox::beginHandling(std::uint64_t exchange) noexcept {
  handling_ = exchange;
  handlingThread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

Mailbox::Handled Mailbox::endHandling() noexcept {
  handlingThread_.store(std::thread::id{}, std::memory_order_relaxed);
  return std::exchange(handled_, {});
}

void Mailbox::take(std::vector<Item>& items) {
  COLIBRI_ASSERT(items.empty());
  std::uint64_t count = 0;
  if (::read(wakeFd_.get(), &count, sizeof count) < 0) count = 0;
  const std::lock_guard lock(mutex_);
  items.swap(items_);
}

void Mailbox::close(std::vector<Item>& items) {
  COLIBRI_ASSERT(items.empty());
  const std::lock_guard lock(mutex_);
  closed_ = true;
  items.swap(items_);
}

}  // namespace colibri::http
