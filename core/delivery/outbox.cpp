#include "delivery/outbox.hpp"

#include <limits>
#include <utility>

namespace colibri::delivery {

bool Outbox::drain(std::unique_lock<std::mutex>& lock, std::size_t most) {
  if (draining_) return false;
  draining_ = true;
  std::size_t made = 0;
  while (!calls_.empty() && made < most) {
    auto calls = std::exchange(calls_, {});
    made += calls.size();
    lock.unlock();
    for (auto& call : calls) call();
    calls.clear();
    lock.lock();
  }
  draining_ = false;
  idle_.notify_all();
  return !calls_.empty();
}

void Outbox::finish(std::unique_lock<std::mutex>& lock) {
  while (draining_ || !calls_.empty()) {
    if (draining_) {
      idle_.wait(lock);
    } else {
      drain(lock, std::numeric_limits<std::size_t>::max());
    }
  }
}

}  // namespace colibri::delivery
