#include "plugin/host_api/mount_table.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "plugin/abi.hpp"

namespace colibri::plugin {
namespace {

constexpr std::uint32_t kMaxMounts = 16;
constexpr std::size_t kMaxPath = 32;
constexpr std::uint32_t kMessageBytes = 64 << 10, kMaxMessageBytes = 16 << 20;
constexpr std::uint32_t kQueueBytes = 1 << 20, kMaxQueueBytes = 64 << 20;
constexpr std::uint32_t kHttpMs = 10'000, kMaxHttpMs = 300'000, kMaxPingMs = 3'600'000;

bool isPath(std::string_view s) {
  const auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !s.empty() && s.size() <= kMaxPath && s != "." && s != ".." &&
         std::all_of(s.begin(), s.end(), ok);
}

Error wrong(std::string what) {
  return {Errc::rejected, std::move(what)};
}

Result<Mount> readMount(const colibri_mount& row, const colibri_plugin_websocket_routes& table,
                        const RouteWords& words) {
  if (!COLIBRI_KNOWS(&row, path)) return wrong("is too small");
  Mount mount;
  mount.path = abi::view(row.path);
  if (!isPath(mount.path)) return wrong("has a path that is not [A-Za-z0-9._-]{1,32}");
  if (row.scope != COLIBRI_MOUNT_ROOT && row.scope != COLIBRI_MOUNT_OF_INSTANCE)
    return wrong("has a scope that this host does not know");
  if ((row.flags & ~std::uint32_t{COLIBRI_MOUNT_F_HTTP}) != 0)
    return wrong("has a flag that this host does not know");
  mount.ofInstance = row.scope == COLIBRI_MOUNT_OF_INSTANCE;
  mount.http = (row.flags & std::uint32_t{COLIBRI_MOUNT_F_HTTP}) != 0;
  const auto path = lowerCase(mount.path);
  if (contains(words.ofHost, path))
    return wrong("has the path \"" + mount.path + "\", where the gateway's own routes are");
  if (!mount.ofInstance && contains(words.aliases, path))
    return wrong("has the path \"" + mount.path + "\", where a plugin's routes are");
  if (contains(mount.ofInstance ? words.instanceMounts : words.rootMounts, path))
    return wrong("has the path \"" + mount.path + "\", which another mount has already");
  if (row.max_message_bytes > kMaxMessageBytes || row.max_queue_bytes > kMaxQueueBytes ||
      row.http_timeout_ms > kMaxHttpMs || row.ping_ms > kMaxPingMs)
    return wrong(
        "wants messages over 16 MB, a queue over 64 MB, pings over an hour or answers over 5 min");
  if (mount.http && !COLIBRI_HAS(&table, on_http))
    return wrong("takes raw requests without on_http");
  mount.messageBytes = row.max_message_bytes == 0 ? kMessageBytes : row.max_message_bytes;
  mount.queueBytes = row.max_queue_bytes == 0 ? kQueueBytes : row.max_queue_bytes;
  mount.ping = std::chrono::milliseconds(row.ping_ms);
  mount.httpTimeout =
      std::chrono::milliseconds(row.http_timeout_ms == 0 ? kHttpMs : row.http_timeout_ms);
  return mount;
}

}  // namespace

Result<std::vector<Mount>> readMounts(const colibri_plugin_websocket_routes& table,
                                      std::string_view alias, const RouteWords& words) {
  if (table.mounts == nullptr || table.mount_count == 0 || table.mount_count > kMaxMounts)
    return wrong("its table of mounts is null, empty or over 16");
  auto taken = words;
  std::vector<Mount> mounts;
  const auto* at = reinterpret_cast<const char*>(table.mounts);
  for (std::uint32_t i = 0; i < table.mount_count; ++i, at += table.mounts->struct_size) {
    auto mount = readMount(*reinterpret_cast<const colibri_mount*>(at), table, taken);
    if (!mount) return wrong("its mount " + std::to_string(i + 1) + " " + mount.error().message);
    mount->alias = alias;
    mount->index = i;
    (mount->ofInstance ? taken.instanceMounts : taken.rootMounts).push_back(lowerCase(mount->path));
    mounts.push_back(std::move(*mount));
  }
  return mounts;
}

}  // namespace colibri::plugin
