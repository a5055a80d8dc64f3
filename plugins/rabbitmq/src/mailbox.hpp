#pragma once

#include <mutex>
#include <vector>

#include "message.hpp"

namespace colibri::rabbitmq {

/// Messages from all threads for the I/O thread, in the order in which they were posted.
///
/// [Threading] post() and wake() any; the rest the I/O thread's. Locked by mutex_. [Blocking]
/// never. [Errors] the constructor throws std::system_error.
class Mailbox {
 public:
  Mailbox();
  ~Mailbox();
  Mailbox(Mailbox&&) = delete;
  Mailbox& operator=(Mailbox&&) = delete;

  void post(Message&& message);
  void wake() noexcept;
  /// Readable when something was posted or wake() called since the last take().
  int fd() const noexcept { return fd_; }
  std::vector<Message> take();

 private:
  const int fd_;
  std::mutex mutex_;  // guards messages_
  std::vector<Message> messages_;
};

}  // namespace colibri::rabbitmq
