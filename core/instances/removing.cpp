#include "events/event_types.hpp"
#include "instances/lifecycle_impl.hpp"
#include "log/log.hpp"

namespace colibri::instances {
namespace {

enum RemovalStep : std::uint64_t { kLoggingOut = 1, kForgetting, kFarewell, kPurging };

events::EventPtr farewellEvent(events::InstanceIdentity of, const events::Draft& draft,
                               const Clock& clock) {
  events::EventData data;
  data.instance = of.key;
  data.type = draft.type;
  data.flags = draft.flags;
  data.eventId = newUlid(clock);
  data.typeName = draft.typeName;
  data.instanceId = std::move(of.id);
  data.instanceName = std::move(of.name);
  data.ownerJid = std::move(of.ownerJid);
  data.apiKey = std::move(of.apiKey);
  data.occurredAtUs = data.recordedAtUs = clock.nowUs();
  data.body = draft.body;
  return events::Event::make(std::move(data));
}

bool mayHoldCredentials(const Instance& instance) {
  return instance.state != State::created && instance.state != State::loggedOut;
}

}  // namespace

void Lifecycle::Impl::logoutNow(InstanceKey key, Done<InstancePtr> done) {
  const auto instance = services.registry.get(key);
  if (!instance || instance->deleting) return done(Error{Errc::notFound, "no such instance"});
  auto* connector = connectorOf(*instance);
  if (!mayHoldCredentials(*instance)) return done(instance);
  if (connector == nullptr) {
    return done(
        Error{Errc::unavailable, "no plugin for " + instance->row.integration + " is running"});
  }
  auto& w = work(key);
  w.restart = 0;  // who logs out last does not want it opened again
  w.logouts.push_back(std::move(done));
  if (w.logouts.size() > 1) return;  // one is under way already
  const auto round = ++w.logoutRound;
  const auto fail = [weak = weak_from_this(), key, round](Error why) {
    const auto self = weak.lock();
    if (!self || self->stopped) return;
    self->post(key, "instance logout", [self, key, round, why = std::move(why)] {
      if (self->work(key).logoutRound != round) return;
      for (auto& waiting : std::exchange(self->work(key).logouts, {})) waiting(why);
    });
  };
  connector->logout(key, options.logoutWithin, fail);
  services.timers.after(options.logoutWithin + std::chrono::seconds(2), [fail] {
    fail({Errc::timeout, "the connector did not confirm the logout in time"});
  });
}

/// Durable first: what a crash cuts is finished at the next start.
void Lifecycle::Impl::beginRemovalNow(InstanceKey key, Done<InstancePtr> done) {
  auto instance = services.registry.get(key);
  if (!instance || instance->deleting) return done(Error{Errc::notFound, "no such instance"});
  instance = services.registry.update(key, [](Instance& i) { i.deleting = i.row.deleting = true; });
  services.events.pause(
      key, [self = shared_from_this(), key, instance, done = std::move(done)]() mutable {
        self->storeRemoval(key, instance, std::move(done));
      });
}

/// Any thread; nothing else writes the row now.
void Lifecycle::Impl::storeRemoval(InstanceKey key, const InstancePtr& instance,
                                   Done<InstancePtr> done) {
  auto stored = [self = shared_from_this(), key, instance,
                 done = std::move(done)](const Result<store::Committed>& result) mutable {
    if (!result) {
      self->services.registry.update(key, [](Instance& i) { i.deleting = i.row.deleting = false; });
      self->services.events.resume(key);
      return done(result.error());
    }
    self->post(key, "instance delete", [self, key] { self->removeNow(key, {}); });
    done(instance);
  };
  services.store.submit({store::PutInstance{instance->row}}, std::move(stored));
}

/// First of four steps, each of which a timer moves on if the other side does not.
void Lifecycle::Impl::removeNow(InstanceKey key, Function<void()> purged) {
  const auto instance = services.registry.get(key);
  if (!instance) {
    if (purged) purged();
    return;
  }
  auto& w = work(key);
  if (purged) w.purged.push_back(std::move(purged));
  if (w.removalStep != 0) return;
  w.removalStep = kLoggingOut;
  w.restart = 0;
  failWaitersNow(key, {Errc::cancelled, "the instance was deleted"});
  for (auto& done : std::exchange(w.logouts, {})) done(instance);
  openNextLinked(key);
  services.farewell.beginDelete(key);
  auto* connector = connectorOf(*instance);
  if (connector == nullptr || !mayHoldCredentials(*instance)) return forgetNow(key);
  const auto next = [weak = weak_from_this(), key] {
    if (const auto self = weak.lock())
      self->post(key, "instance delete", [self, key] { self->forgetNow(key); });
  };
  connector->logout(key, options.logoutWithin, [next](const Error&) { next(); });
  services.timers.after(options.logoutWithin, next);
}

void Lifecycle::Impl::forgetNow(InstanceKey key) {
  const auto instance = services.registry.get(key);
  if (!instance || work(key).removalStep != kLoggingOut) return;
  work(key).removalStep = kForgetting;
  auto* connector = connectorOf(*instance);
  if (connector == nullptr) return farewellNow(key);
  const auto next = [weak = weak_from_this(), key] {
    if (const auto self = weak.lock()) {
      self->post(key, "instance delete", [self, key] { self->farewellNow(key); });
    }
  };
  connector->forget(key, next);
  services.timers.after(options.closeWithin, next);
}

void Lifecycle::Impl::farewellNow(InstanceKey key) {
  const auto instance = services.registry.get(key);
  if (!instance || work(key).removalStep != kForgetting) return;
  work(key).removalStep = kFarewell;
  const auto of = identityOf(*instance);
  services.farewell.farewell(key,
                             {farewellEvent(of, instanceDeleted(*instance), services.clock),
                              farewellEvent(of, instanceRemoved(), services.clock)},
                             options.farewellWithin, [self = shared_from_this(), key] {
                               self->post(key, "instance delete",
                                          [self, key] { self->purgeNow(key); });
                             });
}

void Lifecycle::Impl::purgeNow(InstanceKey key) {
  const auto instance = services.registry.get(key);
  if (!instance || work(key).removalStep != kFarewell) return;
  work(key).removalStep = kPurging;
  // As long as the row is there, what a crash cuts is done again.
  if (const auto removed = removeFiles(key); !removed)
    return purgeAgain(*instance, removed.error());
  // An event of a moment before the deletion must not write its row after the purge.
  services.events.pause(key, [self = shared_from_this(), key] { self->purge(key); });
}

/// Any thread, in step kPurging.
void Lifecycle::Impl::purgeAgain(const Instance& instance, const Error& why) {
  log::write(log::Level::error, "instances", "an instance's data was not purged; trying again",
             {{"instance", instance.row.name}, {"why", why.message}});
  const auto key = instance.row.key;
  postAfter(key, std::chrono::seconds(1), "instance delete", [self = shared_from_this(), key] {
    self->work(key).removalStep = kFarewell;
    self->purgeNow(key);
  });
}

/// Any thread, in step kPurging.
void Lifecycle::Impl::purge(InstanceKey key) {
  const auto instance = services.registry.get(key);
  if (!instance) return;
  services.store.submit({store::PurgeInstance{key}}, [self = shared_from_this(), key, instance](
                                                         const Result<store::Committed>& purged) {
    if (!purged) return self->purgeAgain(*instance, purged.error());
    self->post(key, "instance delete", [self, key, instance] {
      auto gone = *instance;
      gone.state = State::deleted;
      ++gone.stateSequence;
      self->tell(self->transitionOf(gone, instance->state, false));
      self->services.farewell.forget(key);
      self->services.registry.remove(key);
      self->services.events.drop(key);
      std::vector<Function<void()>> callbacks;
      {
        const std::scoped_lock lock(self->mutex);
        if (const auto at = self->works.find(key); at != self->works.end()) {
          callbacks = std::move(at->second->purged);
          self->works.erase(at);
        }
      }
      log::write(log::Level::info, "instances", "deleted", {{"instance", gone.row.name}});
      for (auto& callback : callbacks) callback();
    });
  });
}

}  // namespace colibri::instances
