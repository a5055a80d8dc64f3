#pragma once

#include <colibri/sdk/plugin.hpp>

#include <mutex>
#include <vector>

#include "owned_fd.hpp"

namespace colibri::baileys {

/// Work for the I/O thread from all others, in the order in which it was posted.
///
/// [Threading] post() any; the rest the I/O thread's. Locked by mutex_. [Blocking] never.
/// [Errors] the constructor throws std::system_error.
class Mailbox {
 public:
  using Task = sdk::Callback<>;

  Mailbox();
  void post(Task task);
  int wakeFd() const noexcept { return wake_.get(); }
  std::vector<Task> take();

 private:
  OwnedFd wake_;
  std::mutex mutex_;  // guards tasks_
  std::vector<Task> tasks_;
};

}  // namespace colibri::baileys
