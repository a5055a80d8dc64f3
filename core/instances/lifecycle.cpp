#include "instances/lifecycle.hpp"

#include "instances/lifecycle_impl.hpp"
#include "log/log.hpp"
#include "store/kv_sealing.hpp"

namespace colibri::instances {

Lifecycle::Lifecycle(Services services, Options options)
    : impl_(std::make_shared<Impl>(std::move(services), options)) {}

Lifecycle::~Lifecycle() {
  stop();
}

void Lifecycle::use(Connector& connector) {
  for (const auto& integration : connector.integrations()) {
    impl_->connectors.emplace(integration, &connector);
  }
}

void Lifecycle::use(Observer& observer) {
  impl_->observers.push_back(&observer);
}

Result<void> Lifecycle::load() {
  return impl_->load();
}
void Lifecycle::resume() {
  impl_->resume();
}
void Lifecycle::stop() {
  impl_->stopped = true;
}

void Lifecycle::create(CreateRequest request, Done<Created> done) {
  impl_->create(std::move(request), std::move(done));
}

void Lifecycle::connect(InstanceKey key, std::string number, Done<Connected> done) {
  impl_->post(key, "instance connect",
              [impl = impl_, key, number = std::move(number), done = std::move(done)]() mutable {
                impl->connectNow(key, number, std::move(done));
              });
}

void Lifecycle::restart(InstanceKey key, Done<InstancePtr> done) {
  impl_->post(key, "instance restart", [impl = impl_, key, done = std::move(done)]() mutable {
    const auto instance = impl->services.registry.get(key);
    if (!instance || instance->deleting) return done(Error{Errc::notFound, "no such instance"});
    if (impl->connectorOf(*instance) == nullptr) {
      return done(
          Error{Errc::unavailable, "no plugin for " + instance->row.integration + " is running"});
    }
    impl->restartNow(key);
    done(instance);
  });
}

void Lifecycle::logout(InstanceKey key, Done<InstancePtr> done) {
  impl_->post(key, "instance logout", [impl = impl_, key, done = std::move(done)]() mutable {
    impl->logoutNow(key, std::move(done));
  });
}

void Lifecycle::remove(InstanceKey key, Done<InstancePtr> done) {
  impl_->post(key, "instance delete", [impl = impl_, key, done = std::move(done)]() mutable {
    impl->beginRemovalNow(key, std::move(done));
  });
}

void Lifecycle::report(const std::string& connectorAlias, StateReport report) {
  const auto key = report.instance;
  impl_->post(key, "instance state",
              [impl = impl_, connectorAlias, report = std::move(report)]() mutable {
                impl->applyNow(connectorAlias, std::move(report));
              });
}

Result<std::string> Lifecycle::token(const Instance& instance) const {
  return impl_->tokenOf(instance);
}

std::optional<events::InstanceIdentity> Lifecycle::identify(InstanceKey key) const {
  const auto instance = impl_->services.registry.get(key);
  return instance ? std::optional(impl_->identityOf(*instance)) : std::nullopt;
}

events::InstanceIdentity Lifecycle::Impl::identityOf(const Instance& instance) const {
  events::InstanceIdentity identity{
      instance.row.key, instance.row.id, instance.row.name, instance.row.ownerJid, {}};
  if (!options.exposeKeys) return identity;
  if (auto key = tokenOf(instance)) {
    identity.apiKey = std::move(*key);
  } else {
    log::write(log::Level::warn, "instances", "events go without the instance's key",
               {{"instance", instance.row.name}, {"why", key.error().message}});
  }
  return identity;
}

Result<std::string> Lifecycle::Impl::tokenOf(const Instance& instance) const {
  return services.sealer.open(instance.row.tokenSealed, store::tokenPlaceOf(instance.row.id));
}

bool Lifecycle::supports(const std::string& integration) const {
  return impl_->connectors.contains(integration);
}

Connector* Lifecycle::connectorOf(const Instance& instance) const {
  return impl_->connectorOf(instance);
}

std::uint64_t Lifecycle::settingsRefused() const noexcept {
  return impl_->settingsRefused;
}

std::uint64_t Lifecycle::illegalTransitions() const noexcept {
  return impl_->illegal;
}

}  // namespace colibri::instances
