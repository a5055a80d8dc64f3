#include "plugin/capability.hpp"

#include <algorithm>

#include "plugin/host_api/blob_store.hpp"
#include "plugin/host_api/child_processes.hpp"
#include "plugin/host_api/commands.hpp"
#include "plugin/host_api/connector.hpp"
#include "plugin/host_api/event_log.hpp"
#include "plugin/host_api/event_sink.hpp"
#include "plugin/host_api/event_source.hpp"
#include "plugin/host_api/http_client.hpp"
#include "plugin/host_api/http_routes.hpp"
#include "plugin/host_api/instance_observer.hpp"
#include "plugin/host_api/instances.hpp"
#include "plugin/host_api/kv_store.hpp"
#include "plugin/host_api/settings.hpp"
#include "plugin/host_api/websocket_routes.hpp"

namespace colibri::plugin {
namespace {

const Capability* const kAll[] = {
    &EventSinkApi::kCapability,      &InstanceObserverApi::kCapability,
    &ConnectorApi::kCapability,      &KvStoreApi::kCapability,
    &HttpClientApi::kCapability,     &HttpRoutesApi::kCapability,
    &SettingsApi::kCapability,       &EventLogApi::kCapability,
    &ChildProcessesApi::kCapability, &WebSocketRoutesApi::kCapability,
    &CommandsApi::kCapability,       &EventSourceApi::kCapability,
    &InstancesApi::kCapability,      &BlobStoreApi::kCapability,
};

}  // namespace

std::span<const Capability* const> capabilities() noexcept {
  return kAll;
}

const Capability* findCapability(std::string_view id) noexcept {
  const auto found = std::find_if(std::begin(kAll), std::end(kAll),
                                  [&](const Capability* c) { return c->id == id; });
  return found == std::end(kAll) ? nullptr : *found;
}

std::size_t slotOf(const Capability& capability) noexcept {
  return static_cast<std::size_t>(
      std::distance(std::begin(kAll), std::find(std::begin(kAll), std::end(kAll), &capability)));
}

}  // namespace colibri::plugin
