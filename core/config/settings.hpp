#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colibri::config {

/// What the operator decided, typed; config/colibri.yaml says why each of them exists.
///
/// Made once by Loader, then read only. Files are absolute or relative to the working directory of
/// the process. [Threading] immutable; any thread.
struct Settings {
  struct Server {
    std::string host;
    std::uint16_t port = 0;
    std::string url;     ///< what others call us; never empty
    unsigned loops = 0;  ///< 0: as many as make sense on this machine
    std::size_t bodyLimitBytes = 0, headLimitBytes = 0;
    std::chrono::seconds idleTimeout{}, headTimeout{}, bodyTimeout{}, drainTimeout{};
    std::size_t maxConnections = 0;
    std::size_t connectionsPerAddress = 0;  ///< 0 = any number
    std::size_t bodyMemoryBytes = 0;
    std::size_t requestsPerInstance = 0;
    std::vector<std::string> trustedProxies;  ///< addresses and CIDR blocks
  } server;

  struct Cors {
    std::vector<std::string> origins, methods;
    bool credentials = false;
  } cors;

  struct Authentication {
    std::string apiKey;  ///< the global key
    bool exposeInEvents = false;
    unsigned failedPerMinute = 0;  ///< 0 = any number
    unsigned shortestToken = 8;    ///< characters of an instance's own key
  } authentication;

  std::string dataDir;
  std::string masterKeyFile;

  struct Database {
    std::string provider;  ///< sqlite, postgresql
    std::string path;
    std::string connectionUri;  ///< with a password; empty: none
    std::uint64_t freeDiskMinBytes = 0;
  } database;

  struct Redis {
    bool enabled = false;
    std::string uri;  ///< may hold a password; empty: none
    std::string prefix;
    bool saveInstances = false;  ///< sessions are there, not in the database
  } redis;

  struct Log {
    std::string level, format;
    std::string file;  ///< empty: stderr
  } log;

  struct Process {
    std::string user, bridgeUser;  ///< empty: the usual ones, where they exist
    bool debuggable = false;       ///< core files and debuggers are allowed
  } process;

  struct Delivery {
    std::chrono::hours suspendAfter{}, backlogWarn{}, keep{};
    std::chrono::hours deadLetters{};  ///< 0: for ever
    std::uint64_t backlogMaxBytes = 0, keepMaxBytes = 0;
  } delivery;

  struct Blobs {
    std::chrono::hours keep{};  ///< 0: as long as there is room
    std::uint64_t maxBytes = 0, freeDiskMinBytes = 0;
  } blobs;

  struct HttpClient {
    std::vector<std::string> allow;  ///< private targets that plugins may reach
    std::string caFile;              ///< empty: the system's certificates
    std::string proxy;               ///< empty: none
    std::chrono::milliseconds timeout{};
    unsigned maxPerHost = 0;
  } httpClient;

  struct Instances {
    std::chrono::seconds qrWait{}, commandDeadline{}, deleteFarewell{};
    std::chrono::minutes removeUnusedAfter{};  ///< 0 = never
    std::chrono::minutes linkPageLife{};
    unsigned opensAtOnce = 0;
    unsigned opensPerSecond = 0;
    std::uint32_t qrColor = 0;  ///< 0xrrggbb
  } instances;

  /// What one instance may keep.
  struct Limits {
    std::uint64_t idempotencyRecords = 0, idempotencyBytes = 0;
    std::size_t settingsBytes = 0;
    std::uint64_t deadLetters = 0, deadLettersBytes = 0;
  } limits;

  enum class Dialect : std::uint8_t { native, v2 };
  Dialect rootDialect = Dialect::native;

  std::optional<std::string> pluginDirectory;  ///< nothing: the folder `plugins` beside the program
  /// The plugins to load: alias → its section as it stands in the file, as JSON. What a plugin gets
  /// is Loader::pluginSection().
  std::map<std::string, std::string, std::less<>> plugins;

  bool testMode = false;
  /// Things to tell the operator once the log is open; no secrets.
  std::vector<std::string> notes;
};

/// Where relative files of the configuration are looked for.
struct Folders {
  std::string ofFile;                  ///< of the configuration file
  bool dataDirIsFromVariable = false;  ///< then it counts from the working directory
};

/// Reads a document that meets the core's schema and has all its defaults.
Settings readSettings(const boost::json::value& document, const Folders& folders);

}  // namespace colibri::config
