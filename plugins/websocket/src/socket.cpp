#include "socket.hpp"

#include "frames.hpp"
#include "random_id.hpp"
#include "socket_packet.hpp"

namespace colibri::websocket {

void Socket::resumed(const Skipped* skipped) {
  if (form().offsets) pid_ = skipped == nullptr && !past_.pid.empty() ? past_.pid : randomId();
  sid_ = skipped == nullptr && !past_.sid.empty() ? past_.sid : randomId();
  if (form().offsets) seated_(*this);
  session_.send(Bytes(connectFrame(nsp(), sid_, pid_)));
  if (skipped != nullptr) session_.send(skippedFrameOf(form(), *skipped));
}

}  // namespace colibri::websocket
