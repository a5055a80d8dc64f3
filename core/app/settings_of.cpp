#include "app/settings_of.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "api/route_table.hpp"
#include "app/data_folder.hpp"
#include "log/log.hpp"

namespace colibri::app {
namespace {

constexpr std::string_view kLoopbackIfLocal = "loopback-if-local";
// At low rates this halves the syncs; a crash has five milliseconds of deliveries come twice.
constexpr std::chrono::milliseconds kGatherAcknowledgements{5};

// Descriptors that clients cannot have: bridges, database and webhooks need theirs at any time.
constexpr std::size_t kReserveAtLeast = 64, kReserveAtMost = 4096;
// One key's share is an eighth of them, and a body has to fit in.
constexpr std::size_t kBodiesAtLeast = 8;

bool isLoopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

}  // namespace

Result<log::Options> logOptions(const config::Settings& settings) {
  log::Options options;
  const auto level = log::levelFromName(settings.log.level);
  if (!level) return level.error();
  options.level = *level;
  options.format = settings.log.format == "json" ? log::Format::json : log::Format::text;
  options.file = settings.log.file;
  return options;
}

http::Options httpOptions(const config::Settings& settings, std::size_t openFiles) {
  const auto& server = settings.server;
  http::Options options;
  options.host = server.host;
  options.port = server.port;
  options.loops = server.loops;
  options.headBytes = server.headLimitBytes;
  options.bodyBytes = server.bodyLimitBytes;
  options.totalBodyBytes = std::max(server.bodyMemoryBytes, kBodiesAtLeast * server.bodyLimitBytes);
  const auto reserve = std::clamp(openFiles / 4, kReserveAtLeast, kReserveAtMost);
  const auto room = openFiles > reserve ? openFiles - reserve : 1;
  options.maxConnections = std::min(server.maxConnections, room);
  options.maxPerHost =
      std::min(server.connectionsPerAddress, std::max<std::size_t>(options.maxConnections / 2, 1));
  options.headTimeout = server.headTimeout;
  options.bodyTimeout = server.bodyTimeout;
  options.idleTimeout = server.idleTimeout;
  return options;
}

Result<net::CurlHttpClient::Options> httpClientOptions(const config::Settings& settings) {
  auto allow = settings.httpClient.allow;
  if (const auto entry = std::ranges::find(allow, kLoopbackIfLocal); entry != allow.end()) {
    const bool local = isLoopback(settings.server.host);
    if (local)
      *entry = "loopback";
    else
      allow.erase(entry);  // entries are unique
    log::write(log::Level::warn, "http_client",
               local ? "loopback-if-local lets every key of an instance send requests to all "
                       "services of this machine; name the receivers instead, 127.0.0.1:9000"
                     : "webhooks to this machine are refused, because the gateway listens on more "
                       "than loopback; name the receivers instead of loopback-if-local",
               {{"key", "http_client.allow"}, {"host", settings.server.host}});
  }
  auto list = net::AllowList::parse(allow);
  if (!list) return Error{Errc::invalidArgument, "http_client.allow: " + list.error().message};
  net::CurlHttpClient::Options options;
  if (const auto& file = settings.httpClient.caFile; !file.empty()) {
    if (::access(file.c_str(), R_OK) != 0)
      return Error{Errc::invalidArgument, "http_client.ca_file: " + file + " cannot be read"};
    options.caBundle = file;
  }
  options.allowList = std::move(*list);
  options.proxy = settings.httpClient.proxy;
  options.maxPerHost = settings.httpClient.maxPerHost;
  options.timeout = settings.httpClient.timeout;
  options.userAgent = std::string("Colibri/") + COLIBRI_VERSION;
  return options;
}

/// PostgreSQL's disk is its server's to watch.
DiskWatch::Options diskWatchOptions(const config::Settings& settings) {
  if (settings.database.provider == "postgresql") return {};
  auto folder = std::filesystem::path(settings.database.path).parent_path();
  return {folder.empty() ? "." : folder.string(), settings.database.freeDiskMinBytes};
}

blobs::local::LocalStore::Options blobOptions(const config::Settings& settings) {
  return {.folder = blobFolderOf(settings).string(),
          .maxBytes = settings.blobs.maxBytes,
          .keep = settings.blobs.keep,
          .floorBytes = settings.blobs.freeDiskMinBytes,
          .freeBytes = DiskWatch::askFileSystem};
}

delivery::Dispatcher::Options dispatcherOptions(const config::Settings& settings) {
  delivery::Dispatcher::Options options;
  options.suspendAfter = settings.delivery.suspendAfter;
  options.backlogWarnAge = settings.delivery.backlogWarn;
  options.backlogMaxBytes = settings.delivery.backlogMaxBytes;
  options.keepFor = settings.delivery.keep;
  options.keepMaxBytes = settings.delivery.keepMaxBytes;
  options.gatherFor = kGatherAcknowledgements;
  return options;
}

delivery::OldLetters::Options oldLettersOptions(const config::Settings& settings) {
  return {.keepFor = settings.delivery.deadLetters,
          .most = settings.limits.deadLetters,
          .mostBytes = settings.limits.deadLettersBytes};
}

instances::Lifecycle::Options lifecycleOptions(const config::Settings& settings) {
  instances::Lifecycle::Options options;
  options.qrWait = settings.instances.qrWait;
  options.farewellWithin = settings.instances.deleteFarewell;
  options.opensAtOnce = settings.instances.opensAtOnce;
  options.opensPerSecond = settings.instances.opensPerSecond;
  options.removeUnusedAfter = settings.instances.removeUnusedAfter;
  options.exposeKeys = settings.authentication.exposeInEvents;
  options.settingsBytes = settings.limits.settingsBytes;
  return options;
}

commands::CommandService::Options commandOptions(const config::Settings& settings) {
  commands::CommandService::Options options;
  options.deadline = settings.instances.commandDeadline;
  options.records = {settings.limits.idempotencyRecords, settings.limits.idempotencyBytes};
  return options;
}

Result<api::ClientAddress> clientAddress(const config::Settings& settings) {
  auto clients = api::ClientAddress::parse(settings.server.trustedProxies);
  if (clients) return clients;
  return Error{Errc::invalidArgument, "server.trusted_proxies: " + clients.error().message};
}

api::Cors corsOf(const config::Settings& settings) {
  const auto& cors = settings.cors;
  return api::Cors({cors.origins, cors.methods, cors.credentials});
}

api::FailedKeys::Options failedKeysOptions(const config::Settings& settings) {
  api::FailedKeys::Options options;
  options.perMinute = settings.authentication.failedPerMinute;
  return options;
}

qr::Color qrColor(const config::Settings& settings) {
  const auto byte = [color = settings.instances.qrColor](unsigned shift) {
    return static_cast<std::uint8_t>(color >> shift & 0xff);
  };
  return {byte(16), byte(8), byte(0)};
}

plugin::LoadSpec pluginSpec(const config::Loader& loader) {
  const auto& settings = loader.settings();
  plugin::LoadSpec spec;
  spec.directory =
      settings.pluginDirectory
          ? *settings.pluginDirectory
          : (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "plugins").string();
  for (const auto& [alias, section] : settings.plugins) spec.aliases.push_back(alias);
  spec.config = [loader](const std::string& alias, const std::string& schema) {
    return loader.pluginSection(alias, schema);
  };
  spec.routeWords = api::routeWords();
  return spec;
}

}  // namespace colibri::app
