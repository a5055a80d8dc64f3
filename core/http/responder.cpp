#include "http/responder.hpp"

#include "base/assert.hpp"

namespace colibri::http {

void Responder::send(Response response) {
  COLIBRI_ASSERT(sink_);
  const auto sink = std::exchange(sink_, nullptr);
  sink->answer(exchange_, std::move(response));
}

void Responder::onGone(Function<void()> gone) {
  COLIBRI_ASSERT(sink_);
  sink_->watch(exchange_, std::move(gone));
}

}  // namespace colibri::http
