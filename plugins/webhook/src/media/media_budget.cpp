#include "media/media_budget.hpp"

#include <algorithm>
#include <utility>

namespace colibri::webhook {

void MediaBudget::take(std::uint64_t bytes, Go go) {
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back({std::min(bytes, all_), std::move(go)});
  }
  serve();
}

void MediaBudget::clear() {
  std::deque<Wish> forgotten;
  const std::scoped_lock lock(mutex_);
  forgotten.swap(waiting_);
}

void MediaBudget::give(std::uint64_t bytes) {
  {
    const std::scoped_lock lock(mutex_);
    free_ += bytes;
  }
  serve();
}

/// One at a time: what ends within a `go` makes room for the next without climbing on its stack.
void MediaBudget::serve() {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(serving_, true)) return;
  }
  for (;;) {
    Wish next{};
    {
      const std::scoped_lock lock(mutex_);
      if (waiting_.empty() || waiting_.front().bytes > free_) {
        serving_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
      free_ -= next.bytes;
    }
    next.go(Lease(nullptr,
                  [self = shared_from_this(), bytes = next.bytes](void*) { self->give(bytes); }));
  }
}

}  // namespace colibri::webhook
