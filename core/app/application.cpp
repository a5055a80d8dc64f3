#include "app/application.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>

#include "api/api.hpp"
#include "api/deliveries_controller.hpp"
#include "api/gateway_services.hpp"
#include "api/instances_controller.hpp"
#include "api/link_controller.hpp"
#include "api/settings_controller.hpp"
#include "api/switched_off.hpp"
#include "app/adapters.hpp"
#include "app/catalogue_operations.hpp"
#include "app/data_folder.hpp"
#include "app/database.hpp"
#include "app/disk_watch.hpp"
#include "app/metrics_view.hpp"
#include "app/plugin_commands.hpp"
#include "app/plugin_instances.hpp"
#include "app/plugin_routes.hpp"
#include "app/plugin_settings.hpp"
#include "app/process_settled.hpp"
#include "app/readiness.hpp"
#include "app/reserved_names.hpp"
#include "app/settings_of.hpp"
#include "app/storage.hpp"
#include "app/time_keeper.hpp"
#include "app/web_mounts.hpp"
#include "blobs/local/sweeper.hpp"
#include "config/loader.hpp"
#include "exec/pool_executor.hpp"
#include "exec/thread_timers.hpp"
#include "http/server.hpp"
#include "log/log.hpp"
#include "log/open.hpp"
#include "net/curl_http_client.hpp"
#include "plugin/host_services.hpp"
#include "plugin/plugin_host.hpp"
#include "qr/qr_cache.hpp"
#include "store/session_move.hpp"

namespace colibri::app {
namespace {

constexpr std::size_t kQrCodesKept = 64;
constexpr std::chrono::minutes kCleanUpEvery{10};
constexpr std::chrono::seconds kStopWithin{10};

Result<config::Loader> readConfiguration(const std::string& file) {
  auto loader = config::Loader::open(file, config::processEnvironment());
  if (!loader) return loader;
  if (const auto clients = clientAddress(loader->settings()); !clients) return clients.error();
  if (auto checked = checkDatabase(*loader); !checked) return checked.error();
  if (loader->settings().redis.saveInstances) {
    if (auto redis = redisEndpoint(loader->settings()); !redis) return redis.error();
  }
  return loader;
}

}  // namespace

/// Every object of the process, in the order of construction; destruction is the reverse.
struct Application::Parts {
  Parts(std::string f, config::Loader l)
      : file(std::move(f)), loader(std::move(l)), qrCodes(kQrCodesKept, qrColor(settings())) {}

  Result<void> settle();
  Result<void> openLog();
  Result<void> openStore();
  Result<void> buildCore();
  Result<void> loadPlugins();
  Result<void> serve();
  http::Options listenerOptions() const;
  void cleanUp();
  void readAgain();

  const config::Settings& settings() const { return loader.settings(); }

  const std::string file;
  const config::Loader loader;  ///< what is in force, but for the log
  Settled process;
  bool afresh = false;
  SystemClock wall;
  KeptClock clock{wall};
  exec::ThreadTimers timers;
  std::optional<MasterKey> masterKey;
  qr::QrCache qrCodes;
  std::unique_ptr<store::Store> store;
  store::redis::SessionStore* sessions = nullptr;  // a layer of `store`, if sessions are in Redis
  std::unique_ptr<TimeKeeper> timeKeeper;
  std::unique_ptr<exec::PoolExecutor> executor;
  std::unique_ptr<blobs::local::LocalStore> blobs;
  std::unique_ptr<blobs::local::Sweeper> blobSweeper;
  instances::Registry registry;
  std::unique_ptr<events::EventLog> log;
  std::unique_ptr<net::CurlHttpClient> http;
  std::unique_ptr<delivery::Dispatcher> dispatcher;
  std::unique_ptr<DiskWatch> disk;
  std::unique_ptr<Readiness> readiness;
  std::unique_ptr<delivery::Deliveries> deliveries;
  std::unique_ptr<delivery::OldLetters> oldLetters;
  std::unique_ptr<DispatcherFarewell> farewell;
  std::unique_ptr<instances::HostEvents> hostEvents;
  std::unique_ptr<instances::Lifecycle> lifecycle;
  std::unique_ptr<commands::CommandService> commands;
  std::optional<link_page::LinkTokens> links;
  commands::LastChats lastChats;
  std::unique_ptr<PluginCommands> pluginCommands;
  const CatalogueOperations operations;
  std::unique_ptr<PluginInstances> pluginInstances;
  std::unique_ptr<plugin::PluginHost> plugins;
  std::unique_ptr<ListenerList> listeners;
  std::unique_ptr<PluginHostSettings> pluginSettings;
  std::unique_ptr<PluginHostRoutes> pluginRoutes;
  std::unique_ptr<PluginHostMounts> pluginMounts;
  std::optional<api::FailedKeys> failedKeys;
  std::optional<Seats> requestsInFlight;
  std::unique_ptr<MetricsView> metrics;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<http::Server> server;
  std::optional<exec::Periodic> cleaning;
};

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Application::~Application() = default;

Result<std::unique_ptr<Application>> Application::configure(const std::string& file) {
  auto loader = readConfiguration(file);
  if (!loader) return loader.error();
  return std::unique_ptr<Application>(
      new Application(std::make_unique<Parts>(file, std::move(*loader))));
}

Result<void> Application::checkPlugins() const {
  return plugin::checkConfiguration(pluginSpec(parts_->loader));
}

Result<std::string> Application::printConfig() const {
  const auto& loader = parts_->loader;
  auto keys = loader.effective();
  auto spec = pluginSpec(loader);
  spec.config = [&](const std::string& alias, const std::string& schema) -> Result<std::string> {
    auto section = loader.effectiveSection(alias, schema);
    if (!section) return section.error();
    keys.insert(keys.end(), section->begin(), section->end());
    return std::string();
  };
  if (auto checked = plugin::checkConfiguration(spec); !checked) return checked.error();
  std::string text;
  for (const auto& [path, value, source] : keys)
    text += path + ": " + value + "  # " + source + "\n";
  return text;
}

Result<void> Application::start(std::unique_ptr<Spawner> spawner, bool afresh) {
  parts_->afresh = afresh;
  parts_->process.spawner = std::move(spawner);
  for (const auto step : {&Parts::settle, &Parts::openLog, &Parts::openStore, &Parts::buildCore,
                          &Parts::loadPlugins, &Parts::serve}) {
    if (auto done = (parts_.get()->*step)(); !done) {
      stop();
      return done;
    }
  }
  return {};
}

Result<void> Application::Parts::settle() {
  auto done =
      settleProcess(settings(), file, pluginSpec(loader).directory, std::move(process.spawner));
  if (!done) return done.error();
  process = std::move(*done);
  return {};
}

// One of the steps.  NOLINTNEXTLINE(readability-make-member-function-const)
Result<void> Application::Parts::openLog() {
  const auto options = logOptions(settings());
  if (!options) return options.error();
  if (auto opened = log::open(*options); !opened) return opened;
  for (const auto& note : settings().notes) log::write(log::Level::warn, "config", note);
  for (const auto& note : process.notes) log::write(log::Level::warn, "process", note);
  log::write(log::Level::info, "app", "starting", {{"version", kVersion}});
  if (!process.user.empty() || process.spawner) {
    log::write(log::Level::info, "process", "runs as another user than the one that started it",
               {{"user", process.user}, {"bridges", process.bridgeUser}});
  }
  return {};
}

Result<void> Application::Parts::openStore() {
  if (afresh) {
    if (auto moved = startAfresh(loader, clock); !moved) return moved;
  }
  auto opened = openMasterKey(loader);
  if (!opened) return opened.error();
  masterKey.emplace(std::move(*opened));
  auto database = openDatabase(loader, clock, &masterKey->sealer);
  if (!database) return database.error();
  store = std::move(*database);
  if (auto resumed = resumeClock(clock, *store); !resumed) return resumed;
  const bool inRedis = settings().redis.saveInstances;
  if (auto there = store::checkSessionsAreThere(*store, inRedis); !there) return there;
  if (inRedis) {
    auto layered = openSessions(std::move(store), settings(), clock, *masterKey);
    if (!layered) return layered.error();
    sessions = layered->get();
    store = std::move(*layered);
  }
  timeKeeper = std::make_unique<TimeKeeper>(clock, *store, timers);
  return {};
}

Result<void> Application::Parts::buildCore() {
  executor = std::make_unique<exec::PoolExecutor>(clock, timers, exec::PoolExecutor::Options{});
  auto opened = blobs::local::LocalStore::open(blobOptions(settings()), masterKey->sealer, clock);
  if (!opened) return opened.error();
  blobs = std::move(*opened);
  blobSweeper = std::make_unique<blobs::local::Sweeper>(*blobs, *executor, timers);
  log = std::make_unique<events::EventLog>(
      *store, timers, clock, &masterKey->sealer,
      [this](InstanceKey key) { return lifecycle->identify(key); }, events::EventLog::Options{});
  auto client = httpClientOptions(settings());
  if (!client) return client.error();
  http = std::make_unique<net::CurlHttpClient>(std::move(*client), clock);
  dispatcher = std::make_unique<delivery::Dispatcher>(*log, *store, timers, *executor, clock,
                                                      dispatcherOptions(settings()));
  disk = std::make_unique<DiskWatch>(*store, *executor, timers, diskWatchOptions(settings()),
                                     [this](bool low) {
                                       log->setDiskIsLow(low);
                                       dispatcher->setDiskIsLow(low);
                                     });
  readiness =
      std::make_unique<Readiness>(*store, *executor, timers, [this] { return log->refuses(); });
  deliveries = std::make_unique<delivery::Deliveries>(*dispatcher, delivery::sourceOf(*log), *store,
                                                      *executor, clock);
  oldLetters = std::make_unique<delivery::OldLetters>(*deliveries, *store, *executor, timers, clock,
                                                      oldLettersOptions(settings()));
  farewell = std::make_unique<DispatcherFarewell>(*dispatcher);
  hostEvents = std::make_unique<instances::HostEvents>(*log, timers);
  lifecycle = std::make_unique<instances::Lifecycle>(
      instances::Lifecycle::Services{
          registry, *store, *hostEvents, *executor, timers, clock, masterKey->sealer, *farewell,
          [this](std::string_view text) { return qrCodes.pngDataUrl(text); },
          [this](InstanceKey key) { return blobs->removeInstance(key); }},
      lifecycleOptions(settings()));
  commands = std::make_unique<commands::CommandService>(*lifecycle, *hostEvents, *store, *executor,
                                                        timers, clock, commandOptions(settings()));
  lifecycle->use(*commands);
  lifecycle->use(lastChats);
  links.emplace(clock, link_page::LinkTokens::Options{.life = settings().instances.linkPageLife});
  lifecycle->use(*links);
  return dispatcher->start();
}

Result<void> Application::Parts::loadPlugins() {
  pluginCommands = std::make_unique<PluginCommands>(registry, *commands);
  pluginInstances = std::make_unique<PluginInstances>(registry, *lifecycle);
  plugins = std::make_unique<plugin::PluginHost>(
      plugin::HostServices{clock, *executor, timers, *log, *dispatcher, *http, *store, *lifecycle,
                           *lifecycle, *commands, settings().server.url, kVersion,
                           process.spawner.get(), &operations, pluginCommands.get(),
                           pluginInstances.get(), blobs.get()},
      plugin::PluginObject::Deadlines{});
  listeners = std::make_unique<ListenerList>(
      std::vector<events::LogListener*>{&lastChats, dispatcher.get()});
  log->listen(*listeners, [this] { plugins->onRoom(); });
  auto spec = pluginSpec(loader);
  std::vector<std::string> claimed;
  spec.config = [&claimed, section = std::move(spec.config)](const auto& alias,
                                                             const auto& schema) {
    const auto names = config::claimedVariables(schema);
    claimed.insert(claimed.end(), names.begin(), names.end());
    return section(alias, schema);
  };
  if (auto loaded = plugins->load(spec); !loaded) {
    log::write(log::Level::error, "plugins", "no plugin was loaded",
               {{"why", loaded.error().message}});
  }
  if (const auto note = loader.unreadNote(claimed); !note.empty())
    log::write(log::Level::warn, "config", note);
  plugins->start();
  for (auto* connector : plugins->connectors()) lifecycle->use(*connector);
  lifecycle->use(plugins->observer());
  return lifecycle->load();
}

Result<void> Application::Parts::serve() {
  pluginSettings = std::make_unique<PluginHostSettings>(*plugins);
  pluginRoutes = std::make_unique<PluginHostRoutes>(*plugins);
  pluginMounts = std::make_unique<PluginHostMounts>(*plugins);
  auto words = pluginMounts->words();
  std::ranges::copy(pluginRoutes->words(), std::back_inserter(words));
  auto options = listenerOptions();
  auto clients = clientAddress(settings());
  if (!clients) return clients.error();
  failedKeys.emplace(clock, failedKeysOptions(settings()));
  requestsInFlight.emplace(settings().server.requestsPerInstance);
  metrics = std::make_unique<MetricsView>(registry, *commands, *dispatcher, *oldLetters, *lifecycle,
                                          *http, *executor, *failedKeys, *store, *log, *disk,
                                          *blobs, *timeKeeper, sessions);
  const auto dialect = settings().rootDialect == config::Settings::Dialect::v2
                           ? api::Dialect::v2
                           : api::Dialect::native;
  api::Services services;
  api::Gateway{kVersion, [this] { return pluginsJson(*plugins); },
               [this] { return metrics->text(*server, *requestsInFlight); },
               [this] { return readiness->trouble(); }}
      .bindTo(services);
  api::InstancesController(*lifecycle, registry, *commands, lastChats, *pluginSettings, words,
                           settings().authentication.shortestToken)
      .bindTo(services);
  api::SettingsController(*lifecycle, *pluginSettings).bindTo(services);
  api::LinkController({*links, *lifecycle, registry, *commands, clock, settings().server.url,
                       [this](std::string_view text) { return qrCodes.pngDataUrl(text); }})
      .bindTo(services);
  api::DeliveriesController(*deliveries).bindTo(services);
  api::bindSwitchedOff(services);
  warnOfReservedNames(registry, words);
  api = std::make_unique<api::Api>(
      api::Entrance{.access = {settings().authentication.apiKey, registry, *failedKeys, *links},
                    .inFlight = *requestsInFlight,
                    .clients = *clients,
                    .cors = corsOf(settings()),
                    .rootDialect = dialect,
                    .keylessBodyBytes = http::BodyBudget::ofOneKeylessHost(options.totalBodyBytes)},
      services, api::CommandsController(*commands), api::PluginsController(*pluginRoutes), registry,
      pluginMounts.get());
  if (settings().server.connectionsPerAddress > 0)
    options.hostOf = [clients = std::move(*clients)](const auto& peer) {
      return clients.hostOf(peer);
    };
  server = std::make_unique<http::Server>(std::move(options), *api);
  if (auto started = server->start(); !started) return started;
  log::write(log::Level::info, "http", "listening",
             {{"host", settings().server.host}, {"port", static_cast<int>(server->port())}});
  lifecycle->resume();
  cleaning.emplace(timers, kCleanUpEvery, [this] { cleanUp(); });
  readiness->started();
  oldLetters->start();
  return {};
}

http::Options Application::Parts::listenerOptions() const {
  rlimit files{};
  const auto known = ::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur != RLIM_INFINITY;
  const auto openFiles = known ? files.rlim_cur : std::numeric_limits<rlim_t>::max();
  auto options = httpOptions(settings(), openFiles);
  if (const auto wanted = settings().server.maxConnections; options.maxConnections < wanted) {
    log::write(log::Level::warn, "http",
               "server.max_connections is more than the limit of open files leaves room for",
               {{"max_connections", std::uint64_t{wanted}},
                {"taken", std::uint64_t{options.maxConnections}},
                {"open_files", std::uint64_t{openFiles}}});
  }
  return options;
}

/// Expired dedupe keys, idempotency records and key-value entries go now and then.
void Application::Parts::cleanUp() {
  store->submit({store::DropExpired{clock.keptUs()}}, [](const Result<store::Committed>& done) {
    if (!done) {
      log::write(log::Level::warn, "store", "expired rows were not dropped",
                 {{"why", done.error().message}});
    }
  });
}

void Application::readAgain() {
  parts_->readAgain();
}

/// A file that is wrong changes nothing, but the log is opened again whatever it says: whoever
/// rotates logs sends the same signal.
// Not const: it changes the log.  NOLINTNEXTLINE(readability-make-member-function-const)
void Application::Parts::readAgain() {
  const auto fresh = readConfiguration(file);
  const auto options = fresh ? logOptions(fresh->settings()) : fresh.error();
  if (const auto opened = options ? log::open(*options) : log::reopen(); !opened) {
    log::write(log::Level::error, "app", "the log was not opened again, it goes on as before",
               {{"why", opened.error().message}});
  }
  if (!options) {
    log::write(log::Level::error, "app",
               "the configuration is not good and was not taken, the old one stays in force",
               {{"why", options.error().message}});
    return;
  }
  std::string waiting;
  for (const auto& path : fresh->differencesFrom(loader))
    if (!path.starts_with("log.")) waiting.append(waiting.empty() ? "" : ", ").append(path);
  log::write(log::Level::info, "app", "the configuration was read again: log is in force");
  if (!waiting.empty()) {
    log::write(log::Level::warn, "app", "changed keys that take effect with the next start",
               {{"keys", waiting}});
  }
}

void Application::stop() {
  auto& p = *parts_;
  log::write(log::Level::info, "app", "stopping");
  if (p.readiness) p.readiness->stopping();
  p.cleaning.reset();
  if (p.server && !p.server->drain(p.settings().server.drainTimeout)) {
    log::write(log::Level::warn, "http", "some requests did not end in time");
  }
  if (p.commands) p.commands->stop();
  if (p.server) p.server->stop();
  if (p.oldLetters) p.oldLetters->stop();
  if (p.lifecycle) p.lifecycle->stop();
  if (p.plugins) p.plugins->stop();
  if (p.dispatcher) p.dispatcher->stop();
  if (p.http) p.http->shutdown();
  if (p.hostEvents) p.hostEvents->stop();
  p.disk.reset();
  p.blobSweeper.reset();
  p.readiness.reset();
  if (p.executor) p.executor->stop(kStopWithin);
  p.timeKeeper.reset();
  if (p.store) p.store->shutdown();
  log::write(log::Level::info, "app", "stopped");
  log::flush();
}

}  // namespace colibri::app
