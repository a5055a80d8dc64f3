#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace colibri::sdk {

/// What all threads hand to the one that polls, in the order in which it was posted.
///
/// [Threading] post() and wake() any; the rest the polling thread's. Locked by mutex_. [Blocking]
/// never. [Errors] the constructor throws std::system_error. Linux.
template <class T>
class Mailbox {
 public:
  Mailbox() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~Mailbox() { ::close(fd_); }
  Mailbox(Mailbox&&) = delete;
  Mailbox& operator=(Mailbox&&) = delete;

  void post(T thing) {
    bool first = false;
    {
      const std::scoped_lock lock(mutex_);
      first = things_.empty();
      things_.push_back(std::move(thing));
    }
    if (first) wake();
  }
  void wake() const noexcept {
    const std::uint64_t one = 1;
    // The counter cannot be full; whatever write() says, the descriptor is readable.
    if (::write(fd_, &one, sizeof one) < 0) return;
  }
  /// Readable when something was posted or wake() called since the last take().
  int fd() const noexcept { return fd_; }
  std::vector<T> take() {
    std::uint64_t count = 0;
    if (::read(fd_, &count, sizeof count) < 0 && errno != EAGAIN) return {};
    std::vector<T> taken;
    const std::scoped_lock lock(mutex_);
    taken.swap(things_);
    return taken;
  }

 private:
  const int fd_;
  std::mutex mutex_;  // guards things_
  std::vector<T> things_;
};

}  // namespace colibri::sdk
