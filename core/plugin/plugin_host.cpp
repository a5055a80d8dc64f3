#include "plugin/plugin_host.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/trusted_path.hpp"
#include "log/log.hpp"
#include "plugin/descriptor_check.hpp"
#include "plugin/host_api/base_host.hpp"
#include "plugin/host_api/connector.hpp"
#include "plugin/host_api/http_routes.hpp"
#include "plugin/host_api/instance_observer.hpp"
#include "plugin/host_api/settings.hpp"
#include "plugin/host_api/websocket_routes.hpp"
#include "plugin/host_services.hpp"
#include "plugin/library.hpp"

namespace colibri::plugin {

namespace {

/// The plugin's word about itself, once its file and that word are judged.
Result<const colibri_descriptor*> openPlugin(const std::string& alias,
                                             const std::string& directory) {
  const bool safe =
      !alias.empty() &&
      alias.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!safe) return Error{Errc::invalidArgument, "\"" + alias + "\" cannot be a plugin's name"};
  const auto path = directory + "/" + alias + ".so";
  if (auto trusted = checkTrusted(path); !trusted) return trusted.error();
  auto descriptor = loadDescriptor(path);
  if (!descriptor) return descriptor.error();
  const auto checked = checkDescriptor(
      **descriptor, alias, [](std::string_view id) { return hostExtension(id) != nullptr; });
  if (!checked) return checked.error();
  return *descriptor;
}

Result<std::string> configOf(const colibri_descriptor& descriptor, const std::string& alias,
                             const LoadSpec& spec) {
  return spec.config(alias, std::string(abi::view(descriptor.config_schema_json)));
}

}  // namespace

Result<void> checkConfiguration(const LoadSpec& spec) {
  if (spec.aliases.empty()) return {};
  if (auto trusted = checkTrusted(spec.directory); !trusted) return trusted.error();
  std::string wrong;
  for (const auto& alias : spec.aliases) {
    const auto note = [&](const std::string& what) { wrong += (wrong.empty() ? "" : "\n") + what; };
    if (const auto descriptor = openPlugin(alias, spec.directory); !descriptor) {
      note("plugins." + alias + ": " + descriptor.error().message);
    } else if (const auto config = configOf(**descriptor, alias, spec); !config) {
      note(config.error().message);
    }
  }
  if (wrong.empty()) return {};
  return Error{Errc::invalidArgument, std::move(wrong)};
}

struct PluginHost::Adapters {
  EventLogOfPlugins events;
  DispatcherLanes lanes;
};

struct PluginHost::Entry {
  std::string alias;
  const colibri_descriptor* descriptor = nullptr;  // null until it is checked
  std::shared_ptr<PluginObject> object;            // null if it never came to one
  std::string instanceSchema;
  std::string failure;  // before there was an object

  bool running() const { return object && object->state() == PluginState::running; }
};

/// Passes what the lifecycle says to every running plugin.
class PluginHost::FanOut final : public instances::Observer {
 public:
  explicit FanOut(PluginHost& host) : host_(host) {}

  void onTransition(const instances::Transition& transition) override {
    using instances::State;
    if (transition.snapshot || transition.state == State::created)
      host_.instances_.add(transition.instance);
    for (auto& entry : host_.entries_)
      if (entry.running()) entry.object->api<InstanceObserverApi>().onTransition(transition);
    if (transition.state == State::deleted) host_.instances_.remove(transition.instance);
  }
  void onSettings(InstanceKey instance, const std::string& alias,
                  const instances::KeptSettings& settings) override {
    for (auto& entry : host_.entries_)
      if (entry.alias == alias && entry.running())
        entry.object->api<InstanceObserverApi>().onSettings(instance, settings);
  }
  void onSettingsComplete(InstanceKey instance) override {
    for (auto& entry : host_.entries_)
      if (entry.running()) entry.object->api<InstanceObserverApi>().onSettingsComplete(instance);
  }

 private:
  PluginHost& host_;
};

std::string_view name(PluginState state) noexcept {
  switch (state) {
    case PluginState::loaded:
      return "loaded";
    case PluginState::running:
      return "running";
    case PluginState::stopped:
      return "stopped";
    case PluginState::failed:
      break;
  }
  return "failed";
}

PluginHost::PluginHost(HostServices s, PluginObject::Deadlines deadlines)
    : adapters_(new Adapters{EventLogOfPlugins(s.events), DispatcherLanes(s.dispatcher)}),
      ports_{s.clock,
             s.executor,
             s.timers,
             adapters_->events,
             adapters_->lanes,
             s.http,
             s.store,
             s.reports,
             s.settings,
             s.completions,
             std::move(s.serverUrl),
             std::move(s.version),
             s.children,
             s.operations,
             s.commandPort,
             s.instancePort,
             s.blobs},
      deadlines_(deadlines),
      fanOut_(std::make_unique<FanOut>(*this)) {}

PluginHost::PluginHost(Ports ports, PluginObject::Deadlines deadlines)
    : ports_(std::move(ports)), deadlines_(deadlines), fanOut_(std::make_unique<FanOut>(*this)) {}

PluginHost::~PluginHost() {
  stop();
}

// --- loading ---

Result<void> PluginHost::load(const LoadSpec& spec) {
  COLIBRI_ASSERT(entries_.empty());
  for (const auto& alias : spec.aliases) entries_.emplace_back().alias = alias;
  if (entries_.empty()) return {};
  if (auto trusted = checkTrusted(spec.directory); !trusted) {
    for (auto& entry : entries_) entry.failure = trusted.error().message;
    return trusted;
  }
  for (auto& entry : entries_) {
    loadOne(entry, spec);
    if (!entry.object || entry.object->state() == PluginState::failed) continue;
    const auto& mounts = entry.object->api<WebSocketRoutesApi>().mounts();
    mounts_.insert(mounts_.end(), mounts.begin(), mounts.end());
    const auto& routes = entry.object->api<HttpRoutesApi>().routes();
    routes_.insert(routes_.end(), routes.begin(), routes.end());
  }
  return {};
}

void PluginHost::loadOne(Entry& entry, const LoadSpec& spec) {
  const auto loaded = tryLoad(entry, spec);
  if (loaded) {
    log::write(log::Level::info, "plugin", "loaded",
               {{"plugin", entry.alias}, {"is", titleOf(*entry.descriptor)}});
    return;
  }
  entry.failure = loaded.error().message;
  log::write(log::Level::error, "plugin", "a plugin is not used",
             {{"plugin", entry.alias}, {"why", entry.failure}});
}

Result<void> PluginHost::tryLoad(Entry& entry, const LoadSpec& spec) {
  const bool repeated = std::count_if(entries_.begin(), entries_.end(), [&](const Entry& other) {
                          return other.alias == entry.alias && other.descriptor != nullptr;
                        }) != 0;
  if (repeated) return Error{Errc::conflict, "the configuration names it twice"};
  auto descriptor = openPlugin(entry.alias, spec.directory);
  if (!descriptor) return descriptor.error();
  for (const auto& other : entries_) {
    if (other.descriptor == nullptr) continue;
    if (abi::view(other.descriptor->id) == abi::view((*descriptor)->id))
      return Error{Errc::conflict, titleOf(**descriptor) + " has the id of the plugin \"" +
                                       other.alias + "\", and with it its data"};
  }
  entry.descriptor = *descriptor;
  entry.instanceSchema = std::string(abi::view(entry.descriptor->instance_schema_json));
  auto config = configOf(*entry.descriptor, entry.alias, spec);
  if (!config) return Error{config.error().code, "configuration: " + config.error().message};
  entry.object = std::make_shared<PluginObject>(*entry.descriptor, ports_, instances_, deadlines_);
  RouteWords words{spec.routeWords, spec.aliases};
  for (const auto& mount : mounts_)
    (mount.ofInstance ? words.instanceMounts : words.rootMounts).push_back(lowerCase(mount.path));
  words.routes = routes_;
  for (const auto& route : routes_) words.aliases.push_back(lowerCase(route.operation->router));
  return entry.object->load(std::move(*config), words);
}

// --- life ---

void PluginHost::start() {
  for (auto& entry : entries_) {
    if (!entry.object || entry.object->state() != PluginState::loaded) continue;
    if (const auto started = entry.object->start(); !started) {
      log::write(log::Level::error, "plugin", "a plugin did not start",
                 {{"plugin", entry.alias}, {"why", started.error().message}});
      continue;
    }
    log::write(log::Level::info, "plugin", "running", {{"plugin", entry.alias}});
  }
}

void PluginHost::stop() {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry)
    if (entry->object) entry->object->stop();
}

std::vector<instances::Connector*> PluginHost::connectors() {
  std::vector<instances::Connector*> found;
  for (auto& entry : entries_) {
    if (!entry.object || entry.object->state() == PluginState::failed) continue;
    if (entry.object->provides(COLIBRI_EXT_CONNECTOR))
      found.push_back(&entry.object->api<ConnectorApi>());
  }
  return found;
}

instances::Observer& PluginHost::observer() noexcept {
  return *fanOut_;
}

void PluginHost::onRoom() {
  for (auto& entry : entries_)
    if (entry.running()) entry.object->api<ConnectorApi>().onRoom();
}

void PluginHost::serve(std::size_t route, RouteCall call, RouteReply reply) {
  const auto& wanted = routes_.at(route);
  auto* entry = running(wanted.alias);
  if (entry == nullptr)
    return reply(Error{Errc::unavailable, "the plugin \"" + wanted.alias + "\" is not running"});
  entry->object->api<HttpRoutesApi>().serve(wanted.index, std::move(call), std::move(reply));
}

PluginHost::Entry* PluginHost::running(const std::string& alias) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& e) { return e.alias == alias; });
  return entry == entries_.end() || !entry->running() ? nullptr : &*entry;
}

void PluginHost::open(std::size_t mount, WebRequest request, std::unique_ptr<WebUpgrade> upgrade) {
  const auto& wanted = mounts_.at(mount);
  if (auto* entry = running(wanted.alias))
    return entry->object->api<WebSocketRoutesApi>().open(wanted.index, std::move(request),
                                                         std::move(upgrade));
  upgrade->refuse({{Errc::unavailable, "the plugin \"" + wanted.alias + "\" is not running"}});
}

void PluginHost::serveRaw(std::size_t mount, WebRequest request, WebRaw raw) {
  const auto& wanted = mounts_.at(mount);
  if (auto* entry = running(wanted.alias))
    return entry->object->api<WebSocketRoutesApi>().serve(wanted.index, std::move(request),
                                                          std::move(raw));
  raw.reply(
      {std::nullopt, {{Errc::unavailable, "the plugin \"" + wanted.alias + "\" is not running"}}});
}

// --- to look at ---

std::vector<PluginView> PluginHost::list() const {
  std::vector<PluginView> views;
  for (const auto& entry : entries_) {
    PluginView view;
    view.alias = entry.alias;
    view.reason = entry.failure;
    if (const auto* d = entry.descriptor) {
      const auto text = [](colibri_str s) { return std::string(abi::view(s)); };
      view.id = text(d->id);
      view.name = text(d->name);
      view.version = text(d->version);
      view.vendor = text(d->vendor);
      view.license = text(d->license);
      view.url = text(d->url);
      view.description = text(d->description);
      for (auto id = d->provides; *id != nullptr; ++id) view.provides.emplace_back(*id);
    }
    if (entry.object) {
      view.state = entry.object->state();
      view.reason = entry.object->reason();
      view.integrations = entry.object->api<ConnectorApi>().integrations();
      view.commands = entry.object->api<ConnectorApi>().commands();
      view.misbehaviour = entry.object->misbehaviour();
    }
    views.push_back(std::move(view));
  }
  return views;
}

const std::string* PluginHost::instanceSchema(const std::string& alias) const {
  for (const auto& entry : entries_) {
    if (entry.alias != alias || !entry.object || entry.object->state() == PluginState::failed)
      continue;
    return entry.instanceSchema.empty() ? nullptr : &entry.instanceSchema;
  }
  return nullptr;
}

Result<void> PluginHost::checkSettings(const std::string& alias, const std::string& json) const {
  for (const auto& entry : entries_) {
    if (entry.alias == alias && entry.object) return entry.object->api<SettingsApi>().check(json);
  }
  return {};
}

}  // namespace colibri::plugin
