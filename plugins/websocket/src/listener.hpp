#pragma once

#include <string>

#include "feed_item.hpp"
#include "wire.hpp"

namespace colibri::websocket {

/// How a feed puts an event into words for one receiver: a Socket.IO event in a namespace, as the
/// client calls it, or a frame of its own. Receivers with the same one share the bytes.
struct Form {
  std::string nsp;       ///< empty: plain frames
  bool offsets = false;  ///< of Socket.IO: the second argument, see client_kind.hpp

  friend bool operator==(const Form&, const Form&) = default;
};

/// What a receiver missed and cannot get any more.
struct Skipped {
  enum class Why { retention, unknownSequence, tooBig };
  Why why;
  Sequence after = 0, firstKept = 0;  ///< retention: those between them
  Sequence sequence = 0;              ///< tooBig: this one
};

/// One receiver of a feed. [Threading] confined to the server's lock.
class Listener {
 public:
  explicit Listener(Form form) : form_(std::move(form)) {}
  virtual ~Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const Form& form() const noexcept { return form_; }
  /// The WebSocket that takes its frames; 0: send() only.
  virtual std::uint64_t connection() const noexcept = 0;
  virtual Sent send(const Bytes& frame) = 0;
  /// Once, before the first event after Feed::resume(): all of it, or without `skipped`.
  virtual void resumed(const Skipped* skipped) = 0;

 private:
  Form form_;
};

}  // namespace colibri::websocket
