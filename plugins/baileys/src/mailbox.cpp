#include "mailbox.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace colibri::baileys {

Mailbox::Mailbox() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Mailbox::post(Task task) {
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  // A full counter cannot be: it is written once per emptying. Whatever it says, it is readable.
  if (first && ::write(wake_.get(), &one, sizeof one) < 0) return;
}

std::vector<Mailbox::Task> Mailbox::take() {
  std::uint64_t count = 0;
  if (::read(wake_.get(), &count, sizeof count) < 0 && errno != EAGAIN) return {};
  std::vector<Task> taken;
  const std::scoped_lock lock(mutex_);
  taken.swap(tasks_);
  return taken;
}

}  // namespace colibri::baileys
