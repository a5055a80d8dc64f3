#include "mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace colibri::rabbitmq {

Mailbox::Mailbox() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() {
  ::close(fd_);
}

void Mailbox::post(Message&& message) {
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    first = messages_.empty();
    messages_.push_back(std::move(message));
  }
  if (first) wake();
}

void Mailbox::wake() noexcept {
  const std::uint64_t one = 1;
  // The counter cannot be full; whatever write() says, the descriptor is readable.
  if (::write(fd_, &one, sizeof one) < 0) return;
}

std::vector<Message> Mailbox::take() {
  std::uint64_t count = 0;
  if (::read(fd_, &count, sizeof count) < 0 && errno != EAGAIN) return {};
  std::vector<Message> taken;
  const std::scoped_lock lock(mutex_);
  taken.swap(messages_);
  return taken;
}

}  // namespace colibri::rabbitmq
