#include "instances/lifecycle_impl.hpp"
#include "store/kv_sealing.hpp"

namespace colibri::instances {

/// What makes it smaller is always taken. [Errors] overLimit.
Result<void> Lifecycle::Impl::roomFor(const Instance& instance,
                                      const SettingsChange& change) const {
  std::size_t before = 0, others = 0;
  for (const auto& [alias, settings] : instance.settings)
    (alias == change.alias ? before : others) += settings.json.size();
  const auto bytes = change.json.size();
  if (bytes <= before || others + bytes <= options.settingsBytes) return {};
  return Error{Errc::overLimit, "the settings of this instance would take " +
                                    std::to_string(others + bytes) + " bytes, and may take " +
                                    std::to_string(options.settingsBytes) +
                                    " (limits.settings_bytes)"};
}

/// One change at a time per instance: what the next one changes is what this one stored.
void Lifecycle::Impl::putSettings(InstanceKey key, SettingsChange change) {
  {
    const std::scoped_lock lock(mutex);
    const auto [queue, first] = settingsChanges.try_emplace(key);
    if (!first) return queue->second.push_back(std::move(change));
  }
  postPutSettings(key, std::move(change));
}

void Lifecycle::Impl::postPutSettings(InstanceKey key, SettingsChange change) {
  post(key, "instance settings",
       [self = shared_from_this(), key, change = std::move(change)]() mutable {
         self->putSettingsNow(key, std::move(change));
       });
}

void Lifecycle::Impl::putSettingsNow(InstanceKey key, SettingsChange change) {
  const auto instance = services.registry.get(key);
  if (!instance || !instance->ready || instance->deleting)
    return finishPutNow(key, std::move(change), Error{Errc::notFound, "there is no such instance"});
  if (auto room = roomFor(*instance, change); !room) {
    ++settingsRefused;
    return finishPutNow(key, std::move(change), room.error());
  }
  const auto at = instance->settings.find(change.alias);
  KeptSettings next{.json = change.json, .enabled = saysEnabled(change.json)};
  next.createdAtUs = next.updatedAtUs = services.clock.nowUs();
  bool enables = next.enabled;
  if (at != instance->settings.end()) {
    next.createdAtUs = at->second.createdAtUs;
    next.from = at->second.from;
    enables = next.enabled && !at->second.enabled;
  }
  if (enables) next.from = change.head();
  auto sealed = services.sealer.seal(writeSettings(next),
                                     store::settingsPlaceOf(instance->row.id, change.alias));
  store::SettingsRow row{key, change.alias, std::move(sealed)};
  services.store.submit({store::PutSettings{std::move(row)}},
                        [self = shared_from_this(), key, change = std::move(change),
                         next = std::move(next)](Result<store::Committed> stored) mutable {
                          self->post(key, "instance settings",
                                     [self, key, change = std::move(change), next = std::move(next),
                                      stored = std::move(stored)]() mutable {
                                       self->finishPutNow(
                                           key, std::move(change),
                                           stored ? Result<KeptSettings>(std::move(next))
                                                  : Result<KeptSettings>(stored.error()));
                                     });
                        });
}

void Lifecycle::Impl::finishPutNow(InstanceKey key, SettingsChange change,
                                   Result<KeptSettings> stored) {
  if (stored) {
    const auto take = [&](Instance& i) { i.settings[change.alias] = *stored; };
    if (services.registry.update(key, take)) {
      for (auto* observer : observers) observer->onSettings(key, change.alias, *stored);
    } else {
      stored = Error{Errc::notFound, "the instance was deleted"};  // while it was being stored
    }
  }
  change.done(std::move(stored));
  std::optional<SettingsChange> after;
  {
    const std::scoped_lock lock(mutex);
    const auto queue = settingsChanges.find(key);
    if (queue->second.empty()) {
      settingsChanges.erase(queue);
    } else {
      after = std::move(queue->second.front());
      queue->second.pop_front();
    }
  }
  if (after) postPutSettings(key, std::move(*after));
}

void Lifecycle::putSettings(InstanceKey key, SettingsChange change) {
  impl_->putSettings(key, std::move(change));
}

std::optional<KeptSettings> Lifecycle::settingsOf(InstanceKey key, const std::string& alias) const {
  const auto instance = impl_->services.registry.get(key);
  if (!instance) return std::nullopt;
  const auto at = instance->settings.find(alias);
  return at == instance->settings.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace colibri::instances
