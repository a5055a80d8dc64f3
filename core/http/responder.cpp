#include "http/responder.hpp"

#include "base/assert.hpp"

namespace colibri::http {

void Responder::send(Response response) {
  COLIBRI_ASSERT(sink_);
  const auto sink = std::exchange(sink_, nullptr);
  sink->answer(exchange_, std::move(response));
}

WebSocket AnswerSink::upgrade(std::uint64_t, WebSocketAccept&& accept) {
  accept.peer->onClosed(1006);
  return {};
}

WebSocket Responder::upgrade(WebSocketAccept accept) {
  COLIBRI_ASSERT(sink_ && accept.peer);
  const auto sink = std::exchange(sink_, nullptr);
  return sink->upgrade(exchange_, std::move(accept));
}

void Responder::onGone(Function<void()> gone) {
  COLIBRI_ASSERT(sink_);
  sink_->watch(exchange_, std::move(gone));
}

}  // namespace colibri::http
