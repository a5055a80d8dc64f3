#pragma once

#include <colibri/abi/ext/websocket_routes.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugin/callee.hpp"
#include "plugin/capability.hpp"
#include "plugin/host_api/mount_table.hpp"
#include "plugin/misbehaviour.hpp"
#include "plugin/open_tokens.hpp"
#include "plugin/ports.hpp"
#include "plugin/web.hpp"

namespace colibri::plugin {

/// "colibri.websocket-routes/1" of one plugin object: its mounts, and what is open below them, by
/// token. Whatever the plugin does, an upgrade is decided and a raw request answered once: by it,
/// at the deadline, or when it stops.
///
/// [Threading] any thread, after attach().
class WebSocketRoutesApi final : public CapabilityOf<colibri_plugin_websocket_routes> {
 public:
  explicit WebSocketRoutesApi(const Surroundings& s);
  const std::vector<Mount>& mounts() const noexcept { return mounts_; }

  // From the API. `mount`: index into mounts().
  void open(std::uint32_t mount, WebRequest request, std::unique_ptr<WebUpgrade> upgrade);
  void serve(std::uint32_t mount, WebRequest request, WebRaw raw);

  // From the plugin.
  colibri_status send(std::uint64_t connection, std::uint32_t opcode,
                      const colibri_buffer* message);
  void sendMany(const std::uint64_t* connections, std::size_t count, std::uint32_t opcode,
                const colibri_buffer* message);
  void close(std::uint64_t connection, std::uint32_t code, colibri_str reason);
  void respond(std::uint64_t request, std::uint32_t status, colibri_str contentType,
               const colibri_buffer* body);
  colibri_status checkKey(std::uint64_t token, colibri_str key, colibri_caller* out);

  /// Nothing new is taken, connections close, who waits is told.
  void closing(bool failed) override;

  static const colibri_host_websocket_routes kTable;
  static const Capability kCapability;

 private:
  /// [Errors] rejected: the table.
  Result<void> attached(const Introduction& of) override;

  struct Early {  // of the plugin, while it decides
    bool text;
    std::string message;
  };
  struct Open {  // an upgrade that waits, a connection or a raw request
    KeyCheck checkKey;
    std::unique_ptr<WebUpgrade> upgrade = {};
    std::shared_ptr<WebChannel> channel = {};
    WebReply reply = {};
    std::vector<Early> early = {};
    std::size_t earlyBytes = 0;
    std::optional<std::pair<std::uint16_t, std::string>> end = {};  ///< closed while it decided
    bool raw() const noexcept { return static_cast<bool>(reply); }
  };
  class Peer;

  std::optional<std::uint64_t> add(Open& open);
  void expireAfter(std::uint64_t token, std::chrono::milliseconds time);
  void expire(std::uint64_t token);
  void hand(const Mount& mount, const WebRequest& request, std::uint64_t token,
            colibri_plugin* plugin);
  void accept(std::uint64_t token, colibri_plugin* plugin);
  void settle(std::uint64_t token, WebOutcome outcome);
  void tellClosed(std::uint64_t token, std::uint16_t code);
  std::shared_ptr<WebChannel> channelOf(std::uint64_t token);
  std::optional<Open> take(
      std::uint64_t token, bool (*only)(const Open&) = [](const Open&) { return true; });

  PluginObject& object_;
  Callee& callee_;
  Misbehaviour& misbehaviour_;
  std::vector<Mount> mounts_;
  std::atomic<std::size_t> raws_{0};  // open raw requests
  OpenTokens<Open> open_;
};

}  // namespace colibri::plugin
