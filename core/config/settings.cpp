#include "config/settings.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <filesystem>

namespace colibri::config {
namespace {

namespace json = boost::json;

/// One object of the checked document. Asking for what the schema does not have is a bug.
class Section {
 public:
  explicit Section(const json::value& value) : object_(value.as_object()) {}

  Section section(std::string_view key) const { return Section(object_.at(key)); }
  const json::object& object() const { return object_; }

  std::string text(std::string_view key) const {
    const auto& value = object_.at(key);
    return value.is_null() ? std::string() : std::string(value.as_string());
  }
  bool flag(std::string_view key) const { return object_.at(key).as_bool(); }
  std::vector<std::string> texts(std::string_view key) const {
    std::vector<std::string> texts;
    for (const auto& item : object_.at(key).as_array()) texts.emplace_back(item.as_string());
    return texts;
  }
  bool is(std::string_view key, const json::value& value) const { return object_.at(key) == value; }

  template <class Number>
  Number number(std::string_view key) const {
    // 8080.0 is an integer for the schema.
    return static_cast<Number>(object_.at(key).to_number<double>());
  }
  template <class Duration>
  Duration time(std::string_view key) const {
    return Duration(number<std::int64_t>(key));
  }

 private:
  const json::object& object_;
};

std::string fileIn(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).lexically_normal().string();
}

std::string urlOf(const Settings::Server& server) {
  auto host = server.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(server.port);
}

Settings::Server readServer(const Section& in) {
  Settings::Server server;
  server.host = in.text("host");
  server.port = in.number<std::uint16_t>("port");
  server.url = in.text("url");
  if (server.url.empty()) server.url = urlOf(server);
  while (server.url.ends_with('/')) server.url.pop_back();
  server.loops = in.number<unsigned>("loops");
  server.bodyLimitBytes = in.number<std::size_t>("body_limit_bytes");
  server.headLimitBytes = in.number<std::size_t>("head_limit_bytes");
  server.idleTimeout = in.time<std::chrono::seconds>("idle_timeout_s");
  server.headTimeout = in.time<std::chrono::seconds>("head_timeout_s");
  server.bodyTimeout = in.time<std::chrono::seconds>("body_timeout_s");
  server.drainTimeout = in.time<std::chrono::seconds>("drain_timeout_s");
  server.maxConnections = in.number<std::size_t>("max_connections");
  server.connectionsPerAddress = in.number<std::size_t>("connections_per_address");
  server.bodyMemoryBytes = in.number<std::size_t>("body_memory_bytes");
  server.requestsPerInstance = in.number<std::size_t>("requests_per_instance");
  server.trustedProxies = in.texts("trusted_proxies");
  return server;
}

Settings::Delivery readDelivery(const Section& in) {
  Settings::Delivery delivery;
  delivery.suspendAfter = in.time<std::chrono::hours>("suspend_after_hours");
  delivery.backlogWarn = in.time<std::chrono::hours>("backlog_max_hours");
  delivery.backlogMaxBytes = in.number<std::uint64_t>("backlog_max_bytes");
  delivery.keep = in.time<std::chrono::hours>("keep_hours");
  delivery.deadLetters = in.time<std::chrono::hours>("dead_letters_hours");
  delivery.keepMaxBytes = in.number<std::uint64_t>("keep_max_bytes");
  return delivery;
}

Settings::HttpClient readHttpClient(const Section& in) {
  Settings::HttpClient client;
  client.allow = in.texts("allow");
  client.caFile = in.text("ca_file");
  client.proxy = in.text("proxy");
  client.timeout = in.time<std::chrono::milliseconds>("timeout_ms");
  client.maxPerHost = in.number<unsigned>("max_per_host");
  return client;
}

Settings::Instances readInstances(const Section& in) {
  Settings::Instances instances;
  instances.qrWait = in.time<std::chrono::seconds>("qr_wait_s");
  instances.linkPageLife = in.time<std::chrono::minutes>("link_page_min");
  instances.commandDeadline = in.time<std::chrono::seconds>("command_deadline_s");
  instances.deleteFarewell = in.time<std::chrono::seconds>("delete_farewell_s");
  if (!in.is("delete_unused_after_min", false))
    instances.removeUnusedAfter = in.time<std::chrono::minutes>("delete_unused_after_min");
  instances.opensAtOnce = in.number<unsigned>("opens_at_once");
  instances.opensPerSecond = in.number<unsigned>("opens_per_s");
  const auto color = in.text("qr_color");  // "#rrggbb", by the schema
  std::from_chars(color.data() + 1, color.data() + color.size(), instances.qrColor, 16);
  return instances;
}

Settings::Limits readLimits(const Section& in) {
  Settings::Limits limits;
  limits.idempotencyRecords = in.number<std::uint64_t>("idempotency_records");
  limits.idempotencyBytes = in.number<std::uint64_t>("idempotency_bytes");
  limits.settingsBytes = in.number<std::size_t>("settings_bytes");
  limits.deadLetters = in.number<std::uint64_t>("dead_letters");
  limits.deadLettersBytes = in.number<std::uint64_t>("dead_letters_bytes");
  return limits;
}

void readPlugins(Settings& settings, const Section& in, const Folders& folders) {
  if (const auto directory = in.text("directory"); !directory.empty()) {
    settings.pluginDirectory = fileIn(folders.ofFile, directory);
  }
  for (const auto& [alias, section] : in.object()) {
    if (alias == "directory") continue;
    settings.plugins.emplace(alias, section.is_null() ? "{}" : json::serialize(section));
  }
}

}  // namespace

Settings readSettings(const json::value& document, const Folders& folders) {
  const Section root(document);
  const auto orIn = [](const std::string& folder, const std::string& file, const char* usual) {
    return fileIn(folder, file.empty() ? usual : file);
  };
  Settings settings;
  settings.server = readServer(root.section("server"));
  const auto authentication = root.section("authentication");
  settings.authentication = {authentication.text("api_key"),
                             authentication.flag("expose_in_events"),
                             authentication.number<unsigned>("failed_per_minute"),
                             authentication.number<unsigned>("shortest_token")};
  const auto cors = root.section("cors");
  settings.cors = {cors.texts("origins"), cors.texts("methods"), cors.flag("credentials")};
  settings.dataDir =
      fileIn(folders.dataDirIsFromVariable ? "" : folders.ofFile, root.text("data_dir"));
  const auto masterKey = root.text("master_key_file");
  settings.masterKeyFile =
      orIn(masterKey.empty() ? settings.dataDir : folders.ofFile, masterKey, "master.key");
  const auto database = root.section("database");
  const auto path = database.text("path");
  settings.database.provider = database.text("provider");
  settings.database.connectionUri = database.text("connection_uri");
  settings.database.path =
      orIn(path.empty() ? settings.dataDir : folders.ofFile, path, "colibri.db");
  settings.database.freeDiskMinBytes = database.number<std::uint64_t>("free_disk_min_bytes");
  const auto redis = root.section("cache").section("redis");
  settings.redis = {redis.flag("enabled"), redis.text("uri"), redis.text("prefix_key"),
                    redis.flag("save_instances")};
  const auto log = root.section("log");
  settings.log = {log.text("level"), log.text("format"), log.text("file")};
  if (!settings.log.file.empty()) settings.log.file = fileIn(folders.ofFile, settings.log.file);
  const auto process = root.section("process");
  settings.process = {process.text("user"), process.text("bridge_user"),
                      process.flag("debuggable")};
  settings.delivery = readDelivery(root.section("delivery"));
  const auto blobs = root.section("blobs");
  settings.blobs = {blobs.time<std::chrono::hours>("keep_hours"),
                    blobs.number<std::uint64_t>("max_bytes"),
                    blobs.number<std::uint64_t>("free_disk_min_bytes")};
  settings.httpClient = readHttpClient(root.section("http_client"));
  if (!settings.httpClient.caFile.empty())
    settings.httpClient.caFile = fileIn(folders.ofFile, settings.httpClient.caFile);
  settings.instances = readInstances(root.section("instances"));
  settings.limits = readLimits(root.section("limits"));
  if (root.section("api").text("root_dialect") == "v2")
    settings.rootDialect = Settings::Dialect::v2;
  readPlugins(settings, root.section("plugins"), folders);
  return settings;
}

}  // namespace colibri::config
