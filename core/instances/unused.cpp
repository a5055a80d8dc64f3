#include <algorithm>

#include "instances/lifecycle_impl.hpp"
#include "log/log.hpp"

namespace colibri::instances {
namespace {

using std::chrono::milliseconds;

/// Often enough that a minute's limit is not two, seldom enough to cost nothing.
milliseconds sweepEvery(milliseconds after) {
  return std::clamp<milliseconds>(after / 4, milliseconds(10), std::chrono::seconds(15));
}

}  // namespace

/// Nobody is on it and nothing would be lost: no session, no attempt to get one, no such request.
bool Lifecycle::Impl::isUnused(const Instance& instance) const {
  return instance.ready && !instance.deleting && !instance.row.linked &&
         instance.api == ApiState::close &&
         services.clock.ageOf(instance.row.updatedAtUs) >= options.removeUnusedAfter;
}

/// Now, and again and again.
void Lifecycle::Impl::sweepUnused() {
  if (options.removeUnusedAfter.count() == 0) return;
  for (const auto& instance : services.registry.list()) {
    if (!isUnused(*instance)) continue;
    const auto key = instance->row.key;
    post(key, "instance unused", [self = shared_from_this(), key] { self->removeUnusedNow(key); });
  }
  services.timers.after(sweepEvery(options.removeUnusedAfter), [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && !self->stopped) self->sweepUnused();
  });
}

void Lifecycle::Impl::removeUnusedNow(InstanceKey key) {
  const auto instance = services.registry.get(key);
  if (!instance || !isUnused(*instance) || !work(key).waiters.empty()) return;
  log::write(
      log::Level::warn, "instances", "an instance that nobody used is deleted",
      {{"instance", instance->row.name},
       {"minutes",
        std::chrono::duration_cast<std::chrono::minutes>(options.removeUnusedAfter).count()}});
  beginRemovalNow(key, [name = instance->row.name](const Result<InstancePtr>& begun) {
    if (begun) return;
    log::write(log::Level::error, "instances", "an unused instance was not deleted; trying again",
               {{"instance", name}, {"why", begun.error().message}});
  });
}

}  // namespace colibri::instances
