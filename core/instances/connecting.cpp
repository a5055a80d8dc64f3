#include <boost/json.hpp>

#include "instances/lifecycle_impl.hpp"
#include "log/log.hpp"

namespace colibri::instances {
namespace {

constexpr int kTooMany = 429;

bool isIdle(State state) {
  return state == State::created || state == State::closed || state == State::error ||
         state == State::loggedOut;
}

}  // namespace

void Lifecycle::Impl::connectNow(InstanceKey key, const std::string& number, Done<Connected> done) {
  const auto instance = services.registry.get(key);
  if (!instance || (instance->deleting && instance->ready)) {
    return done(Error{Errc::notFound, "no such instance"});
  }
  if (instance->state == State::open || instance->state == State::passkey)
    return done(Connected{instance, std::nullopt});
  if (connectorOf(*instance) == nullptr) {
    return done(
        Error{Errc::unavailable, "no plugin for " + instance->row.integration + " is running"});
  }
  const bool wantsPairingCode = !number.empty();
  if (wantsPairingCode && !hasCodeNow(*instance, number)) dropCodeNow(key);
  const bool fresh =
      instance->last.qrExpiresAtUs == 0 || services.clock.steady() < instance->qrUntil;
  if (!instance->last.qr.empty() && fresh && (!wantsPairingCode || hasCodeNow(*instance, number))) {
    auto qr = drawNow(*instance);
    if (!qr.base64.empty()) return done(Connected{instance, std::move(qr)});
  }
  auto& w = work(key);
  const auto id = ++lastWaiter;
  w.waiters.push_back({id, std::move(done), wantsPairingCode});
  postAfter(key, options.qrWait, "instance connect", [this, key, id] { expireNow(key, id); });
  if (isIdle(instance->state) || wantsPairingCode) {
    w.lastTrouble.clear();
    w.number = number;
    openNow(*instance, number);
  }
}

/// A pairing code that the phone with this number takes.
bool Lifecycle::Impl::hasCodeNow(const Instance& instance, const std::string& number) {
  return instance.isCodeGood(services.clock.steady()) && work(instance.row.key).number == number;
}

/// Nobody is given it any more: it is of another number, or its time is over.
void Lifecycle::Impl::dropCodeNow(InstanceKey key) {
  services.registry.update(key, [](Instance& i) {
    i.last.pairingCode.clear();
    i.last.pairingCodeExpiresAtUs = 0;
  });
}

void Lifecycle::Impl::openNow(const Instance& instance, const std::string& number) {
  auto* connector = connectorOf(instance);
  const InstanceKey key = instance.row.key;
  const auto settings = instance.settings.find(connector->alias());
  boost::json::object openOptions;
  if (!number.empty()) openOptions["number"] = number;
  if (instance.row.linked) openOptions["linked"] = true;
  connector->open({key, instance.row.id, instance.row.name,
                   settings == instance.settings.end() ? std::string() : settings->second.inForce(),
                   boost::json::serialize(openOptions)},
                  [weak = weak_from_this(), key](Error refused) {
                    const auto self = weak.lock();
                    if (!self) return;
                    self->post(key, "instance open", [self, key, refused = std::move(refused)] {
                      log::write(log::Level::warn, "instances", "the connector refused to open",
                                 {{"instance", key}, {"why", refused.message}});
                      self->failWaitersNow(key, refused);
                      self->openNextLinked(key);
                    });
                  });
}

/// Answers those who wait for a QR code, a pairing code or the open link, as far as it is there.
void Lifecycle::Impl::wakeNow(const Instance& instance) {
  const InstanceKey key = instance.row.key;
  auto& w = work(key);
  if (!instance.last.detail.empty()) w.lastTrouble = instance.last.detail;
  if (w.waiters.empty()) return;
  const auto snapshot = services.registry.get(key);
  if (instance.state == State::open || instance.state == State::passkey) {
    for (auto& waiter : std::exchange(w.waiters, {}))
      waiter.done(Connected{snapshot, std::nullopt});
    return;
  }
  if (instance.api == ApiState::close) {
    return failWaitersNow(key, {Errc::timeout, "no QR code: " + (instance.last.detail.empty()
                                                                     ? "the connection was closed"
                                                                     : instance.last.detail)});
  }
  if (instance.last.qr.empty()) return;
  // While a QR code is shown, a number of the network's says that it gives no pairing code.
  if (instance.last.networkCode != 0) {
    const bool tooMany = instance.last.networkCode == kTooMany;
    failWaitersNow(key, {tooMany ? Errc::overLimit : Errc::rejected, instance.last.detail},
                   [](const Waiter& waiter) { return waiter.wantsPairingCode; });
  }
  const auto qr = drawNow(instance);
  if (qr.base64.empty())
    return failWaitersNow(key, {Errc::internal, "the QR code cannot be drawn"});
  for (auto& waiter : std::exchange(w.waiters, {})) {
    if (waiter.wantsPairingCode && qr.pairingCode.empty()) {
      w.waiters.push_back(std::move(waiter));
    } else {
      waiter.done(Connected{snapshot, qr});
    }
  }
}

void Lifecycle::Impl::failWaitersNow(InstanceKey key, const Error& error,
                                     bool (*concerned)(const Waiter&)) {
  for (auto& waiter : std::exchange(work(key).waiters, {})) {
    if (concerned == nullptr || concerned(waiter)) {
      waiter.done(error);
    } else {
      work(key).waiters.push_back(std::move(waiter));
    }
  }
}

void Lifecycle::Impl::expireNow(InstanceKey key, std::uint64_t id) {
  if (!services.registry.get(key)) return;
  auto& w = work(key);
  for (auto at = w.waiters.begin(); at != w.waiters.end(); ++at) {
    if (at->id != id) continue;
    auto waiter = std::move(*at);
    w.waiters.erase(at);
    const auto seconds = std::to_string(options.qrWait.count() / 1000);
    return waiter.done(
        Error{Errc::timeout, "no QR code within " + seconds + " s" +
                                 (w.lastTrouble.empty() ? "" : ": " + w.lastTrouble)});
  }
}

void Lifecycle::Impl::restartNow(InstanceKey key) {
  const auto instance = services.registry.get(key);
  auto& w = work(key);
  if (isIdle(instance->state)) return openNow(*instance, "");
  if (w.restart != 0) return;  // one is under way already
  w.restart = ++lastRestart;
  connectorOf(*instance)->close(
      key, options.closeWithin, [weak = weak_from_this(), key](const Error& refused) {
        log::write(log::Level::warn, "instances", "the connector refused to close",
                   {{"instance", key}, {"why", refused.message}});
      });
  postAfter(key, options.reopenWithin, "instance restart", [this, key, restart = w.restart] {
    if (services.registry.get(key) && work(key).restart == restart) reopenNow(key);
  });
}

/// The second half of a restart: CLOSED has come, or has not come in time.
void Lifecycle::Impl::reopenNow(InstanceKey key) {
  work(key).restart = 0;
  const auto instance = services.registry.get(key);
  if (!instance->deleting && connectorOf(*instance) != nullptr) openNow(*instance, "");
}

/// Opens an instance that was linked before the gateway started.
void Lifecycle::Impl::openLinkedNow(InstanceKey key) {
  const auto instance = services.registry.get(key);
  if (!instance || instance->deleting || instance->state == State::open ||
      connectorOf(*instance) == nullptr) {
    return openNextLinked(key);
  }
  openNow(*instance, "");
}

/// After a start: `finished` has got as far as it gets for now, so the next linked instance may
/// open.
void Lifecycle::Impl::openNextLinked(InstanceKey finished) {
  {
    const std::scoped_lock lock(mutex);
    if (opening.erase(finished) == 0) return;
  }
  openLinked();
}

/// Opens the next linked instance, if few enough are on their way and the last began long enough
/// ago; comes back when it may be time for another.
void Lifecycle::Impl::openLinked() {
  InstanceKey next = 0;
  {
    const std::scoped_lock lock(mutex);
    if (toOpen.empty() || pacing || opening.size() >= options.opensAtOnce) return;
    next = toOpen.front();
    toOpen.pop_front();
    opening.insert(next);
    pacing = true;
  }
  post(next, "instance reopen", [this, next] { openLinkedNow(next); });
  postAfter(next, options.openWithin, "instance reopen", [this, next] { openNextLinked(next); });
  services.timers.after(std::chrono::milliseconds(1000 / options.opensPerSecond),
                        [weak = weak_from_this()] {
                          const auto self = weak.lock();
                          if (!self || self->stopped) return;
                          {
                            const std::scoped_lock lock(self->mutex);
                            self->pacing = false;
                          }
                          self->openLinked();
                        });
}

}  // namespace colibri::instances
