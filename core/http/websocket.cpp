#include "http/websocket.hpp"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "http/driver.hpp"
#include "http/mailbox.hpp"

namespace colibri::http {

OutFrame makeFrame(Opcode opcode, std::string_view payload) {
  std::string bytes;
  bytes.reserve(kMostHead + payload.size());
  bytes += frameHead(opcode, payload.size());
  bytes += payload;
  return std::make_shared<const std::string>(std::move(bytes));
}

WebSocket::WebSocket(std::shared_ptr<Mailbox> loop, std::uint64_t exchange,
                     std::shared_ptr<WebSocketCounts> counts)
    : loop_(std::move(loop)), exchange_(exchange), counts_(std::move(counts)) {}

/// Counts the bytes in, if they are taken.
WebSocket::Sent WebSocket::admit(std::size_t bytes) const {
  if (!counts_ || counts_->closed) return Sent::closed;
  const auto before = counts_->queued.fetch_add(bytes);
  if (before + bytes > counts_->maxQueue) {
    counts_->queued -= bytes;
    return Sent::full;
  }
  if ((before + bytes) * 2 <= counts_->maxQueue) return Sent::taken;
  counts_->half = true;  // before the frame is posted: the loop looks after it has come
  return Sent::half;
}

WebSocket::Sent WebSocket::send(OutFrame frame) const {
  const auto sent = admit(frame->size());
  if (sent == Sent::full) dropUnread();
  if (sent == Sent::full || sent == Sent::closed) return sent;
  try {
    loop_->post([exchange = exchange_, frame = std::move(frame)](Driver& driver) {
      driver.sendFrame(exchange, frame);
    });
  } catch (const std::bad_alloc&) {
    loop_->giveUp(exchange_);
    return Sent::closed;
  }
  return sent;
}

/// A frame that some of them may have missed ends all of them: who comes back is sent it again.
void WebSocket::sendMany(std::span<const WebSocket* const> to, const OutFrame& frame) try {
  std::vector<std::pair<Mailbox*, std::vector<std::uint64_t>>> loops;  // one or two
  for (const auto* socket : to) {
    const auto sent = socket->admit(frame->size());
    if (sent == Sent::full) socket->dropUnread();
    if (sent == Sent::full || sent == Sent::closed) continue;
    auto at = std::find_if(loops.begin(), loops.end(),
                           [&](const auto& loop) { return loop.first == socket->loop_.get(); });
    if (at == loops.end()) at = loops.insert(at, {socket->loop_.get(), {}});
    at->second.push_back(socket->exchange_);
  }
  for (auto& [loop, exchanges] : loops) {
    loop->post([exchanges = std::move(exchanges), frame](Driver& driver) {
      for (const auto exchange : exchanges) driver.sendFrame(exchange, frame);
    });
  }
} catch (const std::bad_alloc&) {
  for (const auto* socket : to)
    if (socket->loop_) socket->loop_->giveUp(socket->exchange_);
}

void WebSocket::dropUnread() const {
  loop_->post([exchange = exchange_](Driver& driver) { driver.dropUnread(exchange); });
}

void WebSocket::close(std::uint16_t code, std::string reason) const {
  if (!counts_ || counts_->closed) return;
  loop_->post([exchange = exchange_, code, reason = std::move(reason)](Driver& driver) {
    driver.closeWebSocket(exchange, code, reason);
  });
}

void WebSocket::consumed(std::size_t bytes) const {
  if (!counts_) return;
  counts_->unread -= bytes;
  if (!counts_->paused) return;
  loop_->post([exchange = exchange_](Driver& driver) { driver.readOn(exchange); });
}

}  // namespace colibri::http
